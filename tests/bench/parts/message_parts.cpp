// The parts that every message of Socket.IO passes, and the whole index of a small capture.
#include <benchmark/benchmark.h>

#include "dissector/engineio/packet.h"
#include "dissector/socketio/packet.h"
#include "tests/bench/parts/inputs.h"
#include "tests/support/capture_builder.h"
#include "tests/support/memory_capture.h"

namespace framescope::bench {
namespace {

void recogniseEngineIo(benchmark::State& state) {
    const auto all = texts("42[\"quote\",", "]");
    for ([[maybe_unused]] const auto each : state) {
        for (const std::string& text : all) benchmark::DoNotOptimize(engineio::parse(text, 4));
    }
    state.SetItemsProcessed(state.iterations() * kTexts);
}
BENCHMARK(recogniseEngineIo);

void recogniseSocketIo(benchmark::State& state) {
    const auto all = texts("2[\"quote\",", "]");
    for ([[maybe_unused]] const auto each : state) {
        for (const std::string& text : all) {
            if (!socketio::recognise(text)) state.SkipWithError("not recognised");
        }
    }
    state.SetItemsProcessed(state.iterations() * kTexts);
}
BENCHMARK(recogniseSocketIo);

void parseSocketIo(benchmark::State& state) {
    const auto all = texts("2[\"quote\",", "]");
    for ([[maybe_unused]] const auto each : state) {
        for (const std::string& text : all) {
            const auto packet = socketio::parse(text);
            benchmark::DoNotOptimize(socketio::eventName(*packet));
        }
    }
    state.SetItemsProcessed(state.iterations() * kTexts);
}
BENCHMARK(parseSocketIo);

/// A capture in memory, from its file's header to its session; range(0): with Socket.IO in it.
void index(benchmark::State& state) {
    constexpr int kFrames = 20'000;
    const bool socketIo = state.range(0) == 1;
    test::CaptureBuilder capture;
    test::TcpConversation conversation(capture);
    conversation.handshake();
    conversation.upgrade(socketIo ? "/socket.io/?EIO=4&transport=websocket" : "/quotes");
    for (int i = 0; i < kFrames; ++i) {
        const auto key = static_cast<std::uint32_t>(i + 1) * 2'654'435'761U;
        const std::string text = socketIo ? "42[\"quote\"," + quote(i) + "]" : quote(i);
        conversation.send(
            Direction::ClientToServer,
            test::webSocketText(text, test::MaskingKey{static_cast<std::uint8_t>(key >> 24),
                                                       static_cast<std::uint8_t>(key >> 16),
                                                       static_cast<std::uint8_t>(key >> 8),
                                                       static_cast<std::uint8_t>(key)}));
    }
    const test::MemoryCapture file(capture.pcap());
    for ([[maybe_unused]] const auto each : state) {
        if (file.read()->rowCount() < kFrames) state.SkipWithError("rows are missing");
    }
    state.SetItemsProcessed(state.iterations() * kFrames);
}
BENCHMARK(index)->ArgName("socketio")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace framescope::bench

BENCHMARK_MAIN();
