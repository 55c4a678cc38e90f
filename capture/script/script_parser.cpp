// Each kind of step is known by its first member; a member that the step does not have is a
// mistake, as it would be one not to notice that "witin" was written.
#include "capture/script/script_parser.h"

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "capture/compose/draft_json.h"
#include "capture/script/variables.h"
#include "dissector/field/field_suggestion.h"
#include "dissector/payload/json.h"

namespace framescope::script {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr double kMaxMilliseconds = 24 * 60 * 60 * 1000.0;
constexpr std::uint64_t kMaxRounds = 1'000'000'000;
constexpr std::uint64_t kMaxCount = 1'000'000'000;

std::string inQuotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

/// JSON as it was written, for a message; strings that are no UTF-8 cannot be in parsed JSON.
std::string dumped(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class StepReader {
public:
    explicit StepReader(Where where) : m_where(std::move(where)) {}

    Result<Step> read(const Json& json, std::size_t depth) {
        if (!json.is_object() || json.empty()) {
            return Error{"A step is a JSON object, such as {\"send\":{\"text\":\"hello\"}}."};
        }
        Step step;
        step.where = m_where;
        bool known = false;
        for (const auto& [kind, reader] : kReaders) {
            if (!json.contains(kind)) continue;
            known = true;
            (this->*reader)(json, step, depth);
            break;
        }
        if (!known) {
            return Error{"There is no step " + inQuotes(json.begin().key()) +
                         "; there are send, expect, set, wait, repeat, namespace, close and cut."};
        }
        if (m_error) return *m_error;
        return step;
    }

private:
    using Reader = void (StepReader::*)(const Json&, Step&, std::size_t);

    void fail(std::string sentence) {
        if (!m_error) m_error = Error{std::move(sentence)};
    }

    /// Says so where the step has members beside these.
    void allow(const Json& json, std::initializer_list<std::string_view> names) {
        for (const auto& [name, value] : json.items()) {
            bool found = false;
            for (const std::string_view allowed : names) found = found || name == allowed;
            if (!found) {
                return fail("The step " + inQuotes(*names.begin()) + " has no member " +
                            inQuotes(name) + ".");
            }
        }
    }

    std::string text(const Json& json, const char* name) {
        const auto found = json.find(name);
        if (found == json.end()) return {};
        if (found->is_string()) return found->get<std::string>();
        fail(inQuotes(name) + " has to be a string.");
        return {};
    }

    bool flag(const Json& json, const char* name) {
        const auto found = json.find(name);
        if (found == json.end()) return false;
        if (found->is_boolean()) return found->get<bool>();
        fail(inQuotes(name) + " has to be true or false.");
        return false;
    }

    std::uint64_t number(const Json& json, const char* name, std::uint64_t least,
                         std::uint64_t most, std::uint64_t otherwise) {
        const auto found = json.find(name);
        if (found == json.end()) return otherwise;
        if (found->is_number_unsigned()) {
            const auto value = found->get<std::uint64_t>();
            if (value >= least && value <= most) return value;
        }
        fail(inQuotes(name) + " has to be a whole number from " + std::to_string(least) + " to " +
             std::to_string(most) + ".");
        return otherwise;
    }

    milliseconds time(const Json& json, const char* name, milliseconds otherwise) {
        const auto found = json.find(name);
        if (found == json.end()) return otherwise;
        if (found->is_string()) {
            if (const auto parsed = parseTime(found->get<std::string>())) return *parsed;
        } else if (found->is_number()) {
            const double value = found->get<double>();
            if (value >= 0 && value <= kMaxMilliseconds) {
                return milliseconds(std::llround(value));
            }
        }
        fail(inQuotes(name) +
             " has to be a time of at most a day: \"250ms\", \"2s\", \"1.5m\", or a number of "
             "milliseconds.");
        return otherwise;
    }

    void readSend(const Json& json, Step& step, std::size_t) {
        allow(json, {"send", "seed"});
        SendStep send;
        const Json& draft = json.at("send");
        if (!draft.is_object()) {
            return fail("\"send\" has to be a message, such as {\"text\":\"hello\"}.");
        }
        send.json = dumped(draft);
        send.keySeed =
            number(json, "seed", 0, std::numeric_limits<std::uint64_t>::max(), send.keySeed);
        if (!hasVariables(send.json)) {
            auto parsed = compose::parseDraft(send.json);
            if (!parsed) return fail(parsed.error().sentence);
            send.draft = *std::move(parsed);
        }
        step.action = std::move(send);
    }

    void readExpect(const Json& json, Step& step, std::size_t) {
        allow(json, {"expect", "within", "count", "absent", "any"});
        ExpectStep expect;
        expect.filterText = text(json, "expect");
        expect.within = time(json, "within", expect.within);
        expect.count = number(json, "count", 1, kMaxCount, 1);
        expect.absent = flag(json, "absent");
        expect.anyDirection = flag(json, "any");
        if (expect.absent && json.contains("count")) {
            return fail("\"absent\" does not go with \"count\": no row may match.");
        }
        if (!hasVariables(expect.filterText)) {
            auto compiled = compileFilter(expect.filterText);
            if (const auto* const error = std::get_if<FilterError>(&compiled)) {
                return fail("In the filter, at character " + std::to_string(error->position + 1) +
                            ": " + error->sentence);
            }
            expect.filter = std::get<Filter>(std::move(compiled));
        }
        step.action = std::move(expect);
    }

    void readWait(const Json& json, Step& step, std::size_t) {
        allow(json, {"wait"});
        step.action = WaitStep{time(json, "wait", milliseconds(0))};
    }

    void readRepeat(const Json& json, Step& step, std::size_t depth) {
        allow(json, {"repeat", "steps"});
        RepeatStep repeat;
        repeat.rounds = number(json, "repeat", 0, kMaxRounds, 0);
        const auto steps = json.find("steps");
        if (steps == json.end() || !steps->is_array() || steps->empty()) {
            return fail("\"repeat\" needs \"steps\": an array of steps.");
        }
        if (depth >= kMaxScriptDepth) return fail("Steps are nested too deeply.");
        for (const Json& inner : *steps) {
            auto read = StepReader(m_where).read(inner, depth + 1);
            if (!read) return fail(read.error().sentence);
            repeat.steps.push_back(*std::move(read));
        }
        step.action = std::move(repeat);
    }

    void readSet(const Json& json, Step& step, std::size_t) {
        allow(json, {"set"});
        const Json& set = json.at("set");
        if (!set.is_object() || set.empty()) {
            return fail("\"set\" has to be an object of variables: {\"id\":\"socketio.id\"}.");
        }
        SetStep variables;
        for (const auto& [name, value] : set.items()) {
            variables.variables.push_back(variable(name, value));
        }
        step.action = std::move(variables);
    }

    SetStep::Variable variable(const std::string& name, const Json& value) {
        SetStep::Variable variable;
        variable.name = name;
        if (!isVariableName(name)) {
            fail(inQuotes(name) + " is no name for a variable: letters, digits, _ and -.");
        }
        if (value.is_string()) {
            variable.field = field(value.get<std::string>());
        } else if (value.is_object() && value.contains("field")) {
            for (const auto& [member, ignored] : value.items()) {
                if (member != "field" && member != "pointer") {
                    fail("A variable from a field has no member " + inQuotes(member) + ".");
                }
            }
            variable.field = field(text(value, "field"));
            variable.pointer = text(value, "pointer");
            try {
                static_cast<void>(Json::json_pointer(variable.pointer));
            } catch (const Json::exception&) {
                fail(inQuotes(variable.pointer) + " is no JSON pointer: it looks like \"/a/0/b\".");
            }
        } else if (value.is_object() && value.size() == 1 && value.contains("value")) {
            const Json& given = value.at("value");
            variable.value = given.is_string() ? given.get<std::string>() : dumped(given);
        } else {
            fail("The variable " + inQuotes(name) +
                 " is set from the name of a field, from {\"field\":...,\"pointer\":...}, or to "
                 "{\"value\":...}.");
        }
        return variable;
    }

    std::optional<FieldId> field(const std::string& name) {
        const auto found = name.empty() ? std::nullopt : findField(name);
        if (!found) fail(noSuchFieldSentence(name));
        return found;
    }

    void readNamespace(const Json& json, Step& step, std::size_t) {
        allow(json, {"namespace", "auth", "within"});
        NamespaceStep connect;
        connect.name = text(json, "namespace");
        if (!connect.name.starts_with('/')) {
            return fail("A namespace begins with a slash: \"/chat\".");
        }
        if (json.contains("auth")) connect.auth = dumped(json.at("auth"));
        connect.within = time(json, "within", connect.within);
        step.action = std::move(connect);
    }

    void readClose(const Json& json, Step& step, std::size_t) {
        allow(json, {"close", "reason"});
        CloseStep close;
        const Json& code = json.at("close");
        if (code.is_null()) {
            close.code.reset();
        } else if (!code.is_boolean() || !code.get<bool>()) {
            close.code = static_cast<std::uint16_t>(number(json, "close", 0, 65535, 1000));
        }
        close.reason = text(json, "reason");
        if (!close.code && !close.reason.empty()) {
            return fail("A close frame without a code has no reason.");
        }
        step.action = std::move(close);
    }

    void readCut(const Json& json, Step& step, std::size_t) {
        allow(json, {"cut"});
        if (!flag(json, "cut")) fail("\"cut\" has to be true.");
        step.action = CutStep{};
    }

    static constexpr std::pair<const char*, Reader> kReaders[] = {
        {"send", &StepReader::readSend},
        {"expect", &StepReader::readExpect},
        {"wait", &StepReader::readWait},
        {"repeat", &StepReader::readRepeat},
        {"set", &StepReader::readSet},
        {"close", &StepReader::readClose},
        {"namespace", &StepReader::readNamespace},
        {"cut", &StepReader::readCut},
    };

    Where m_where;
    std::optional<Error> m_error;
};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

Result<Step> readLine(std::string_view line, const Where& where) {
    // Also limits the depth for what walks the values recursively.
    if (const auto mistake = checkJson(line)) {
        return Error{where.prefix() + "The line is no JSON; the mistake is at character " +
                     std::to_string(mistake->position + 1) + "."};
    }
    const Json json = Json::parse(line, nullptr, false);
    if (json.is_discarded()) {
        return Error{where.prefix() +
                     "The line is no JSON: a number in it is too great, or a text is no UTF-8."};
    }
    auto step = StepReader(where).read(json, 0);
    if (!step) return Error{where.prefix() + step.error().sentence};
    return step;
}

}  // namespace

std::optional<milliseconds> parseTime(std::string_view text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc()) return std::nullopt;
    const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
    const double scale = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
    if (scale == 0) return std::nullopt;
    value *= scale;
    if (!(value >= 0 && value <= kMaxMilliseconds)) return std::nullopt;
    return milliseconds(std::llround(value));
}

Result<Script> parseScript(std::string_view text, std::string_view file) {
    Script script;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line.starts_with('#')) continue;
        auto step = readLine(line, {std::string(file), number});
        if (!step) return step.error();
        script.push_back(*std::move(step));
    }
    return script;
}

}  // namespace framescope::script
