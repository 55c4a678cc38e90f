// The reactor's thread reaches this through a relay with a letter box: posting is safe as long as
// it is locked, and whoever goes away empties it first. Statuses that follow each other quickly
// become one event.
#include "ui/composer/connection.h"

#include <mutex>
#include <utility>

#include "ui/text/display_text.h"

namespace framescope {

class Connection::Relay : public client::Observer {
public:
    explicit Relay(Connection* receiver) : m_receiver(receiver) {}

    void forget() {
        const std::lock_guard lock(m_mutex);
        m_receiver = nullptr;
    }
    client::Status status() {
        const std::lock_guard lock(m_mutex);
        m_posted = false;
        return m_status;
    }
    /// `function` is called with the receiver, on its thread; what is posted goes with it.
    template <typename Function>
    void post(Function function) {
        const std::lock_guard lock(m_mutex);
        if (m_receiver == nullptr) return;
        QMetaObject::invokeMethod(
            m_receiver, [receiver = m_receiver, function] { function(*receiver); },
            Qt::QueuedConnection);
    }

    void statusChanged(const client::Status& status) override {
        const std::lock_guard lock(m_mutex);
        m_status = status;
        if (m_receiver == nullptr || std::exchange(m_posted, true)) return;
        QMetaObject::invokeMethod(m_receiver, &Connection::takeStatus, Qt::QueuedConnection);
    }
    void received(const client::Incoming& incoming) override {
        using socketio::PacketType;
        const bool ack = incoming.kind == client::Incoming::Kind::SocketIo && incoming.id &&
                         (incoming.socketType == PacketType::Ack ||
                          incoming.socketType == PacketType::BinaryAck);
        // All else is seen in the transcript.
        if (!ack) return;
        Acknowledged told;
        told.nsp = displayText(incoming.nsp, 200);
        told.id = *incoming.id;
        told.data = displayText(incoming.data, 400);
        if (incoming.latency) told.latencyNs = incoming.latency->count();
        post([told](Connection& receiver) { Q_EMIT receiver.acknowledged(told); });
    }
    void remark(const std::string& sentence) override {
        post([text = displayText(sentence, 600)](Connection& receiver) {
            Q_EMIT receiver.remarked(text);
        });
    }

private:
    std::mutex m_mutex;
    Connection* m_receiver;
    client::Status m_status;
    bool m_posted = false;
};

/// Destroyed from the bottom up: the client first, the reactor last.
struct Connection::Link {
    std::shared_ptr<net::Reactor> reactor;
    std::shared_ptr<Relay> relay;
    std::unique_ptr<client::Client> client;
};

Connection::Connection(ComposeServices services, SerialWorker& worker, QObject* parent)
    : QObject(parent), m_services(std::move(services)), m_worker(worker) {}

Connection::~Connection() {
    letGo();
}

void Connection::letGo() {
    if (!m_link) return;
    m_link->relay->forget();
    m_worker.add([link = std::move(m_link)]() mutable { link.reset(); });
    m_link.reset();
}

void Connection::open(const std::shared_ptr<net::Reactor>& reactor,
                      const std::shared_ptr<transcript::Transcript>& transcript,
                      const client::ClientOptions& options) {
    letGo();
    m_link = std::make_shared<Link>();
    m_link->reactor = reactor;
    m_link->relay = std::make_shared<Relay>(this);
    m_link->client = m_services.makeClient(*reactor, transcript, options, *m_link->relay);
    m_status = {};
    m_status.state = client::State::Connecting;
    if (!options.urls.empty()) m_status.url = options.urls.front();
    m_link->client->connect();
    Q_EMIT statusChanged();
}

void Connection::takeStatus() {
    if (!m_link) return;
    m_status = m_link->relay->status();
    Q_EMIT statusChanged();
}

bool Connection::isActive() const {
    return m_link && m_status.state != client::State::Idle &&
           m_status.state != client::State::Closed;
}

void Connection::close() {
    if (m_link) m_link->client->close();
}

void Connection::cut() {
    if (m_link) m_link->client->cut();
}

quint64 Connection::send(const compose::Draft& draft, std::uint64_t keySeed) {
    const quint64 ticket = ++m_tickets;
    if (!m_link) return ticket;
    m_link->client->send(
        draft,
        [ticket, relay = m_link->relay](const Result<client::Sent>& sent) {
            Outcome outcome;
            outcome.ticket = ticket;
            if (sent) {
                outcome.bytes = sent->bytes.size();
                outcome.ackId = sent->ackId;
            } else {
                outcome.refused = displayText(sent.error().sentence, 600);
            }
            relay->post([outcome](Connection& receiver) { Q_EMIT receiver.sent(outcome); });
        },
        keySeed);
    return ticket;
}

void Connection::setAnswersPings(bool answers) {
    if (m_link) m_link->client->setAnswersPings(answers);
}

void Connection::setAnswersHeartbeats(bool answers) {
    if (m_link) m_link->client->setAnswersHeartbeats(answers);
}

void Connection::setPeriodic(const std::vector<client::Periodic>& periodic) {
    if (m_link) m_link->client->setPeriodic(periodic);
}

Connection::Preparer Connection::preparer() const {
    if (!m_link) return {};
    return [link = m_link](const compose::Draft& draft, std::uint64_t keySeed) {
        return link->client->prepare(draft, keySeed);
    };
}

}  // namespace framescope
