// Part of the table of fields: Habits of applications, payloads, links between rows, issues. Only
// field_table.cpp includes it.
#pragma once

#include <array>

#include "dissector/field/field_id.h"

namespace framescope::fields {

using enum FieldType;

inline constexpr std::array kPayloadFields = {
    FieldInfo{FieldId::Habit, "habit", Group, "Habits of the application",
              "What its messages show beyond any protocol that is known here"},
    FieldInfo{FieldId::HabitHeartbeat, "habit.heartbeat", Group, "Heartbeat", ""},
    FieldInfo{FieldId::HabitHeartbeatText, "habit.heartbeat.text", Text, "Message", ""},
    FieldInfo{FieldId::HabitHeartbeatSender, "habit.heartbeat.sender", Text, "Sent by", ""},
    FieldInfo{FieldId::HabitHeartbeatCount, "habit.heartbeat.count", Unsigned, "How often", ""},
    FieldInfo{FieldId::HabitHeartbeatInterval, "habit.heartbeat.interval", Time, "Interval",
              "Mean time between two of them"},
    FieldInfo{FieldId::HabitHeartbeatRoundTrip, "habit.heartbeat.round_trip", Time, "Round trip",
              "Mean time to the answer of the other side"},
    FieldInfo{FieldId::HabitHeartbeatUnanswered, "habit.heartbeat.unanswered", Unsigned,
              "Unanswered", "Beats without the answer that the others got"},
    FieldInfo{FieldId::HabitHeartbeatSkipped, "habit.heartbeat.skipped", Unsigned, "Skipped",
              "Beats that were left out"},
    FieldInfo{FieldId::HabitRequests, "habit.requests", Group, "Requests and responses", ""},
    FieldInfo{FieldId::HabitRequestsKind, "habit.requests.kind", Text, "Paired by",
              "JSON-RPC 2.0, or the member that requests and responses share"},
    FieldInfo{FieldId::HabitRequestsCount, "habit.requests.count", Unsigned, "Requests", ""},
    FieldInfo{FieldId::HabitRequestsAnswered, "habit.requests.answered", Unsigned, "Answered", ""},
    FieldInfo{FieldId::HabitRequestsLatencyMean, "habit.requests.latency_mean", Time,
              "Mean latency", ""},
    FieldInfo{FieldId::HabitRequestsLatencyMax, "habit.requests.latency_max", Time,
              "Longest latency", ""},
    FieldInfo{FieldId::HabitReconnect, "habit.reconnect", Group, "Reconnect", ""},
    FieldInfo{FieldId::HabitReconnectCount, "habit.reconnect.count", Unsigned, "How often",
              "Connections that this one follows"},
    FieldInfo{FieldId::HabitReconnectDelay, "habit.reconnect.delay", Time, "Delay",
              "Since the connection before ended"},
    FieldInfo{FieldId::HabitReconnectStream, "habit.reconnect.stream", Unsigned,
              "Connection before", "As tcp.stream counts"},
    FieldInfo{FieldId::Json, "json", Protocol, "JSON", ""},
    FieldInfo{FieldId::JsonMember, "json.member", Text, "Member", ""},
    FieldInfo{FieldId::JsonElement, "json.element", Text, "Element", ""},
    FieldInfo{FieldId::RowLink, "row.link", Unsigned, "Belongs together",
              "Number of another row that this one belongs to, or that belongs to it"},
    FieldInfo{FieldId::RowLinkKind, "row.link.kind", Text, "Kind",
              "What the later row is to the earlier one: ack, attachment, pong, close, response, "
              "heartbeat, reconnect, continuation or part"},
    FieldInfo{FieldId::RowLinkTime, "row.link.time", Time, "Time between the two", ""},
    FieldInfo{FieldId::Payload, "payload", Group, "Payload", "What an application sent"},
    FieldInfo{FieldId::PayloadFormat, "payload.format", Text, "Format",
              "json, msgpack, cbor, protobuf, base64, text or raw"},
    FieldInfo{FieldId::PayloadWhy, "payload.why", Text, "Why",
              "What the format was told from, or who chose it"},
    FieldInfo{FieldId::PayloadText, "payload.text", Text, "Text", ""},
    FieldInfo{FieldId::PayloadData, "payload.data", ByteString, "Data", ""},
    FieldInfo{FieldId::Msgpack, "msgpack", Protocol, "MessagePack", ""},
    FieldInfo{FieldId::MsgpackMember, "msgpack.member", Text, "Member", ""},
    FieldInfo{FieldId::MsgpackElement, "msgpack.element", Text, "Element", ""},
    FieldInfo{FieldId::Cbor, "cbor", Protocol, "CBOR", ""},
    FieldInfo{FieldId::CborMember, "cbor.member", Text, "Member", ""},
    FieldInfo{FieldId::CborElement, "cbor.element", Text, "Element", ""},
    FieldInfo{FieldId::Protobuf, "protobuf", Protocol, "Protocol Buffers", ""},
    FieldInfo{FieldId::ProtobufField, "protobuf.field", Text, "Field", ""},
    FieldInfo{FieldId::ProtobufElement, "protobuf.element", Text, "Element",
              "A number of a packed field"},
    FieldInfo{FieldId::Base64, "base64", Protocol, "Base64", "Bytes that a text stands for"},
    FieldInfo{FieldId::IssueCodeField, "issue.code", Text, "Issue", ""},
    FieldInfo{FieldId::IssueSeverityField, "issue.severity", Text, "Severity of the issue", ""},
};

}  // namespace framescope::fields
