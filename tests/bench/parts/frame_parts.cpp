// The parts that every frame passes: its header, unmasking, the check for UTF-8, inflating.
#include <benchmark/benchmark.h>

#include "dissector/payload/utf8.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/inflater.h"
#include "dissector/websocket/mask.h"
#include "tests/bench/parts/inputs.h"
#include "tests/support/capture_builder.h"
#include "tests/support/deflater.h"

namespace framescope::bench {
namespace {

constexpr test::MaskingKey kKey = {0x37, 0xfa, 0x21, 0x3d};

void bytesEach(benchmark::State& state, std::size_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void parseHeader(benchmark::State& state) {
    const Bytes frame =
        test::webSocketFrame(Bytes(static_cast<std::size_t>(state.range(0)), 'x'), {.mask = kKey});
    for ([[maybe_unused]] const auto each : state) {
        ByteView view = frame;
        benchmark::DoNotOptimize(view);
        benchmark::DoNotOptimize(websocket::parseFrameHeader(view));
    }
}
BENCHMARK(parseHeader)->Arg(100)->Arg(1000)->Arg(100'000);

void unmask(benchmark::State& state) {
    Bytes payload(static_cast<std::size_t>(state.range(0)), 'x');
    for ([[maybe_unused]] const auto each : state) {
        websocket::applyMask(payload, kKey, 0);
        benchmark::ClobberMemory();
    }
    bytesEach(state, payload.size());
}
BENCHMARK(unmask)->Arg(16)->Arg(100)->Arg(1000)->Arg(1 << 20);

void checkUtf8(benchmark::State& state) {
    std::string text;
    for (int i = 0; text.size() < static_cast<std::size_t>(state.range(0)); ++i) text += quote(i);
    for ([[maybe_unused]] const auto each : state) {
        Utf8Validator validator;
        benchmark::DoNotOptimize(validator.feed(asBytes(text)));
        benchmark::DoNotOptimize(validator.finish());
    }
    bytesEach(state, text.size());
}
BENCHMARK(checkUtf8)->Arg(64)->Arg(1000)->Arg(1 << 20);

void inflateWithTakeover(benchmark::State& state) {
    test::Deflater deflater;
    std::vector<Bytes> messages;
    std::size_t bytes = 0;
    for (const std::string& text : texts()) {
        messages.push_back(deflater.message(text));
        bytes += text.size();
    }
    for ([[maybe_unused]] const auto each : state) {
        websocket::Inflater inflater;
        std::size_t inflated = 0;
        const websocket::InflatedSink sink = [&inflated](ByteView piece) {
            inflated += piece.size();
        };
        bool keep = false;
        for (const Bytes& message : messages) {
            inflater.begin(keep);
            inflater.feed(message, sink);
            inflater.finish(sink);
            keep = true;
        }
        if (inflated != bytes) state.SkipWithError("not all was inflated");
    }
    state.SetItemsProcessed(state.iterations() * kTexts);
    bytesEach(state, bytes);
}
BENCHMARK(inflateWithTakeover);

}  // namespace
}  // namespace framescope::bench
