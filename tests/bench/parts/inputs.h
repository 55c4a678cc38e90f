// What the parts are given: short texts as applications send them, every one another.
#pragma once

#include <string>
#include <vector>

namespace framescope::bench {

inline constexpr int kTexts = 1024;

/// A quote of about 70 bytes of JSON.
inline std::string quote(int number) {
    static const std::vector<std::string> kNames = {"copper", "harbour", "signal", "Zürich",
                                                    "window"};
    const auto index = static_cast<std::size_t>(number);
    return "{\"symbol\":\"" + kNames[index % kNames.size()] +
           "\",\"sequence\":" + std::to_string(number) +
           ",\"bid\":" + std::to_string(100 + index * 7919 % 9000) +
           ".25,\"volume\":" + std::to_string(index * 104'729 % 5000) + "}";
}

/// `kTexts` of them, each behind `before` and in front of `after`.
inline std::vector<std::string> texts(const std::string& before = {},
                                      const std::string& after = {}) {
    std::vector<std::string> all;
    for (int i = 0; i < kTexts; ++i) all.push_back(before + quote(i) + after);
    return all;
}

}  // namespace framescope::bench
