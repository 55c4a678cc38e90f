// What may differ between a recorded answer and a received one, as people name it:
//
//     $.time  $[1].user.id  $["a b"]    a place in JSON; of a Socket.IO packet in its arguments
//     $..ts                              every member of that name, in any depth
//     $.items[*].id  $.users.*           any element, any member
//     message[0].id  "my event"[1]       the same, in one event only; without a path all of it
//     header:Date                        a header of HTTP
//     status  code  reason  id  event    what else a difference is called
//
// What is named covers everything below it. A name with spaces or signs in it stands in quotes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "capture/result.h"

namespace framescope::replay {

/// A place in JSON, from the top: names of members and numbers of elements.
using PathPart = std::variant<std::string_view, std::size_t>;
using JsonPath = std::vector<PathPart>;
/// "$[1].user.id", `$["a b"]`.
std::string toText(const JsonPath& path);

class IgnoredPaths {
public:
    /// Reads the expressions. An Error names the one that cannot be read, and where.
    static Result<IgnoredPaths> parse(const std::vector<std::string>& expressions);

    /// A place in the JSON of an answer; `label` is the event's name, or empty.
    bool covers(const JsonPath& path, std::string_view label) const;
    bool coversHeader(std::string_view name) const;
    /// Another part of an answer, by the name that its difference has.
    bool coversPart(std::string_view part, std::string_view label) const;

private:
    struct Step {
        enum class Kind : std::uint8_t { Name, Index, AnyElement, AnyMember, Deep };
        Kind kind = Kind::Name;
        std::string name;
        std::size_t index = 0;
    };
    struct Expression {
        std::string text;  ///< as it was given
        std::string header;
        std::string label;  ///< empty: any
        std::vector<Step> steps;
    };
    class Parser;

    static bool matches(const std::vector<Step>& steps, std::size_t step, const JsonPath& path,
                        std::size_t part);

    std::vector<Expression> m_expressions;
};

}  // namespace framescope::replay
