// Nobody has agreed to anything, so what was offered counts as agreed, and Engine.IO as upgraded
// unless it is only to poll.
#include "app/cli/send/dry_run.h"

#include <string>
#include <utility>

#include "app/cli/exit_code.h"
#include "app/cli/field_text.h"
#include "app/cli/row_printer.h"
#include "app/cli/row_printing.h"
#include "capture/compose/preview.h"
#include "capture/net/url.h"
#include "capture/session/session_row.h"

namespace framescope::cli {
namespace {

compose::WireState expectedWire(const client::ClientOptions& client) {
    compose::WireState wire;
    wire.upgraded = client.speaks != client::Speaks::Raw;
    if (const auto url = net::parseUrl(client.urls.front())) wire.path = url->target;
    for (const std::string& extension : client.handshake.extensions) {
        if (!extension.starts_with("permessage-deflate")) continue;
        wire.compression.kind = CompressionKind::PerMessageDeflate;
    }
    if (!client.handshake.subprotocols.empty()) {
        wire.subprotocol = client.handshake.subprotocols.front();
    }
    if (client.speaks == client::Speaks::EngineIo || client.speaks == client::Speaks::SocketIo) {
        wire.engineVersion = client.engineIo.revision;
        wire.polling = client.engineIo.way == client::EngineIoOptions::Way::PollingOnly;
        wire.msgpack = client.speaks == client::Speaks::SocketIo && client.socketIo.msgpack;
        wire.path = "/socket.io/?EIO=" + std::to_string(wire.engineVersion) +
                    "&transport=" + (wire.polling ? "polling" : "websocket");
    }
    return wire;
}

class DryRun {
public:
    DryRun(const Options& options, const SendOptions& send, Output& output)
        : m_options(options),
          m_output(output),
          m_wire(expectedWire(send.client)),
          m_printer(makeRowPrinter(options, wantsColour(output))) {
        std::string text;
        m_printer->begin(text);
        m_output.write(text);
    }

    int run(const script::Script& script) {
        walk(script);
        m_output.flush();
        return m_code;
    }

private:
    void walk(const script::Script& script) {
        for (const script::Step& step : script) {
            if (const auto* const repeat = std::get_if<script::RepeatStep>(&step.action)) {
                walk(repeat->steps);
            } else if (const auto* const send = std::get_if<script::SendStep>(&step.action)) {
                ++m_message;
                show(*send, step.where.prefix());
            }
        }
    }

    void show(const script::SendStep& send, const std::string& place) {
        const std::string name =
            place.empty() ? "Message " + std::to_string(m_message) + ": " : place;
        if (!send.draft) {
            complain(printableLine(name + "It depends on variables, and is not shown."));
            return;
        }
        auto prepared = m_composer.prepare(*send.draft, m_wire, send.keySeed);
        if (!prepared) {
            complain(printableLine(name + prepared.error().sentence));
            m_code = kBadUsage;
            return;
        }
        if (prepared->ackId) m_wire.nextAckId = *prepared->ackId + 1;
        const compose::Preview preview = compose::previewOf(*prepared, m_wire);
        for (const RecordId id : preview.rows) {
            SessionRow row(*preview.session, id);
            if (!m_options.filter.matches(row)) continue;
            if (m_printed++ >= m_options.maxRows) return;
            std::string text;
            m_printer->print(row, text);
            m_output.write(text);
            if (m_options.tree) continue;
            m_output.flush();
            for (const FieldIssue& entry : row.tree().issues()) {
                complain(printableLine(name + issueText(entry.issue)));
            }
        }
    }

    const Options& m_options;
    Output& m_output;
    compose::WireState m_wire;
    compose::Composer m_composer;
    std::unique_ptr<RowPrinter> m_printer;
    std::uint64_t m_message = 0;
    std::uint64_t m_printed = 0;
    int m_code = kAsExpected;
};

}  // namespace

int runDry(const Options& options, const SendOptions& send, const script::Script& script,
           Output& output) {
    return DryRun(options, send, output).run(script);
}

}  // namespace framescope::cli
