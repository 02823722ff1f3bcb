// SPDX-License-Identifier: Apache-2.0
// How this installation stands, as the server itself sees it. What is looked at is the machine's, so the looking is app's
// (app/doctor); here is what the routes know of it.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/journal.hpp"
#include "base/result.hpp"

namespace muniment::server {

/// `red`: a promise is not kept, or soon will not be. `warning`: something is weaker than it could be.
enum class Grade : std::uint8_t { good, warning, red };
std::string_view name(Grade grade);

struct Finding {
    Literal name;                                ///< of the check, for monitoring and catalogues: never renamed
    Grade grade = Grade::good;
    std::string text, remedy;                    ///< sentences; the remedy is empty where all is well
    std::string subject = {};                    ///< which of several: "slot 2", "records", a job's name
    std::map<std::string, std::int64_t> values = {};   ///< the numbers of the text
    std::string place = {};  ///< a path or address: for whoever works on the machine, never in an answer of the API
};

struct Condition {
    std::vector<Finding> findings;               ///< the most urgent first
    Instant looked_at;
    std::string version;                         ///< of the program
    bool looking = false;                        ///< a newer look is under way

    Grade grade() const;
};

class Doctor {
  public:
    virtual ~Doctor() = default;
    /// The last look, after a short wait where that is an old one. `unavailable` where nobody has looked yet.
    virtual Result<Condition> condition() = 0;
};

}  // namespace muniment::server
