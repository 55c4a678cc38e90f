// The pointer to the connection is the state: it goes with the answer, or with the client.
#include "capture/server/exchange.h"

#include <utility>

namespace framescope::server {

ExchangeEnd* Exchange::take() {
    whenLost = nullptr;
    return std::exchange(m_end, nullptr);
}

void Exchange::answer(Response response) {
    addCors(m_request, response);
    if (ExchangeEnd* const to = take()) to->send(std::move(response), false);
}

void Exchange::answer(std::uint16_t status, std::string_view sentence) {
    answer(textResponse(status, sentence));
}

void Exchange::begin(Response response) {
    addCors(m_request, response);
    if (m_end != nullptr) m_end->send(std::move(response), true);
}

void Exchange::write(std::string_view text) {
    if (m_end != nullptr) m_end->sendPart(asBytes(text));
}

void Exchange::end() {
    if (ExchangeEnd* const to = take()) to->endBody();
}

void Exchange::switchTo(Response response, std::unique_ptr<StreamHandler> handler) {
    if (ExchangeEnd* const to = take()) {
        to->switchTo(std::move(response), std::move(handler));
    } else {
        handler->ended();
    }
}

void Exchange::reset(std::string sentence) {
    if (ExchangeEnd* const to = take()) to->reset(std::move(sentence));
}

void Exchange::lose() {
    if (m_end == nullptr) return;
    m_end = nullptr;
    if (const auto tell = std::exchange(whenLost, nullptr)) tell();
}

}  // namespace framescope::server
