// The parts that every packet passes: its headers, and putting its stream in order.
#include <benchmark/benchmark.h>

#include "dissector/packet/packet.h"
#include "dissector/tcp/stream_assembler.h"
#include "tests/bench/parts/inputs.h"
#include "tests/support/capture_builder.h"

namespace framescope::bench {
namespace {

constexpr std::uint32_t kEthernet = 1;
/// Of a packet in a pcap.
constexpr std::size_t kRecordHeader = 16;

/// The last packet of a small conversation: a segment with 100 bytes.
Bytes dataPacket(bool ipv6) {
    test::CaptureBuilder capture;
    test::TcpConversation conversation(capture, {.ipv6 = ipv6});
    const std::size_t before = capture.pcap().size();
    conversation.send(Direction::ClientToServer, Bytes(100, 'x'));
    return {capture.pcap().begin() + static_cast<std::ptrdiff_t>(before + kRecordHeader),
            capture.pcap().end()};
}

void decode(benchmark::State& state) {
    const Bytes packet = dataPacket(state.range(0) == 6);
    if (decodePacket(kEthernet, packet, static_cast<std::uint32_t>(packet.size()))
            .payloadCaptured != 100) {
        state.SkipWithError("not what was built");
    }
    for ([[maybe_unused]] const auto each : state) {
        ByteView view = packet;
        benchmark::DoNotOptimize(view);
        benchmark::DoNotOptimize(
            decodePacket(kEthernet, view, static_cast<std::uint32_t>(view.size())));
    }
}
BENCHMARK(decode)->ArgName("IPv")->Arg(4)->Arg(6);

class CountingSink : public tcp::StreamSink {
public:
    void streamData(StreamOffset, ByteView bytes, const tcp::Origin&) override {
        m_bytes += bytes.size();
    }
    void streamGap(const tcp::Gap&) override {}
    std::uint64_t bytes() const { return m_bytes; }

private:
    std::uint64_t m_bytes = 0;
};

/// 1024 segments of 100 bytes; with range(0) > 1, each so many come in reverse order.
void assemble(benchmark::State& state) {
    constexpr std::uint32_t kSize = 100;
    const Bytes payload(kSize, 'x');
    const auto group = static_cast<std::uint32_t>(state.range(0));
    for ([[maybe_unused]] const auto each : state) {
        tcp::StreamAssembler assembler;
        CountingSink sink;
        assembler.start(1);
        for (std::uint32_t i = 0; i < kTexts; ++i) {
            const std::uint32_t place = i / group * group + (group - 1 - i % group);
            tcp::Segment segment;
            segment.sequence = 1 + place * kSize;
            segment.captured = payload;
            segment.length = kSize;
            segment.origin.packet = i + 1;
            assembler.segment(segment, sink);
        }
        while (assembler.holds() && !assembler.hasHole()) assembler.deliver(sink);
        if (sink.bytes() != std::uint64_t{kTexts} * kSize) state.SkipWithError("bytes are missing");
    }
    state.SetItemsProcessed(state.iterations() * kTexts);
}
BENCHMARK(assemble)->ArgName("reversed")->Arg(1)->Arg(4);

}  // namespace
}  // namespace framescope::bench
