// SPDX-License-Identifier: Apache-2.0
// What a request says, read strictly: the fields of a JSON object, the parameters of a query, and the two headers that changes
// need.
//
// Fields and Query work as base/bytes.hpp's Reader does: after the first error every further read may give an empty value, and
// done() tells it. A field that nobody took is refused by its name, so that a misspelt wish is never silently ignored.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "server/http/message.hpp"

namespace muniment::server::routes {

/// The first thing that was wrong.
class Complaint {
  public:
    void raise(Error error) {
        if (!error_) error_ = std::move(error);
    }
    Result<void> result() const {
        if (error_) return std::unexpected(*error_);
        return {};
    }

  private:
    std::optional<Error> error_;
};

/// Of a required number: [min, max].
struct Between {
    std::uint64_t min, max;
};

class Fields {
  public:
    /// `malformed` for what is not one JSON object: other texts, doubled keys, more depth or length than base/limits.hpp has.
    static Result<Fields> parse(View body);
    Fields() = default;

    bool has(std::string_view name) const { return object_.contains(name); }
    bool empty() const { return object_.empty(); }

    std::string text(std::string_view name, std::size_t bytes_max);
    std::optional<std::string> text_if(std::string_view name, std::size_t bytes_max);
    std::string text_or_empty(std::string_view name, std::size_t bytes_max) { return text_if(name, bytes_max).value_or(""); }
    std::uint64_t number(std::string_view name, Between allowed);
    std::optional<std::uint64_t> number_if(std::string_view name, Between allowed);
    std::optional<Instant> time_if(std::string_view name);
    std::optional<Instant> time_or_null(std::string_view name);          ///< absent and null are both nullopt
    std::vector<std::string> texts(std::string_view name, std::size_t bytes_max);
    Fields object(std::string_view name);

    template <class I>
    I id(std::string_view name) {
        return parsed<I>(name, text(name, id_chars));
    }
    template <class I>
    std::optional<I> id_if(std::string_view name) {
        auto spelled = text_if(name, id_chars);
        return spelled ? std::optional(parsed<I>(name, *spelled)) : std::nullopt;
    }
    template <class I>
    I id_or_null(std::string_view name) {                                ///< absent and null are both nil
        return take_null(name) ? I{} : id_if<I>(name).value_or(I{});
    }
    template <class I>
    std::vector<I> ids_if(std::string_view name) {
        std::vector<I> ids;
        if (has(name))
            for (const auto& spelled : texts(name, id_chars)) ids.push_back(parsed<I>(name, spelled));
        return ids;
    }

    /// For what only the caller knows to be wrong with a field.
    void refuse(std::string_view name, std::string_view why);
    Result<void> done() const;

  private:
    static constexpr std::size_t id_chars = 36;
    explicit Fields(boost::json::object object) : object_(std::move(object)) {}
    std::optional<boost::json::value> take(std::string_view name);
    boost::json::value take_required(std::string_view name);
    bool take_null(std::string_view name);
    std::string checked_text(std::string_view name, const boost::json::value& value, std::size_t bytes_max);
    template <class I>
    I parsed(std::string_view name, std::string_view spelled) {
        auto id = I::parse(spelled);
        if (!id) refuse(name, "is not an id");
        return id ? *id : I{};
    }

    boost::json::object object_;               // what was not taken yet
    Complaint complaint_;
};

class Query {
  public:
    explicit Query(const Request& request);

    std::optional<std::string> text_if(std::string_view name);
    std::optional<std::uint64_t> number_if(std::string_view name, Between allowed);
    bool truth(std::string_view name);                                   ///< "true" or "false"; absent is false
    /// One of `words`; absent is the first.
    std::string word(std::string_view name, std::initializer_list<std::string_view> words);
    template <class I>
    std::optional<I> id_if(std::string_view name) {
        auto spelled = text_if(name);
        if (!spelled) return std::nullopt;
        auto id = I::parse(*spelled);
        if (!id) refuse(name);
        return id ? std::optional(*id) : std::nullopt;
    }
    Result<void> done() const;

  private:
    void refuse(std::string_view name);
    std::vector<std::pair<std::string, std::string>> left_;
    Complaint complaint_;
};

/// Digits without a sign or leading zeros.
std::optional<std::uint64_t> parse_number(std::string_view digits);

/// If-Match: the quoted revision that a change was made from. `precondition_missing` without it.
Result<std::uint64_t> if_match(const Request& request);
/// Idempotency-Key: 1 to 255 printable characters, required where something is made.
Result<std::string> idempotency_key(const Request& request);
/// `unsupported` unless Content-Type is this one; parameters of it do not matter.
Result<void> check_content_type(const Request& request, std::string_view expected);

}  // namespace muniment::server::routes
