// SPDX-License-Identifier: Apache-2.0
// Permit<Action>: leave to do exactly one thing, once.
//
// An Action is a plain struct that says what it needs and what it is about (see the concept). For a reading, the permit holds proof
// that its entry is durable; for a change, it holds the unwritten entry, which only Gate::commit() consumes, so that the change and
// its record are one. Functions that touch client information take a Permit and take their ids from it: code that forgot to ask does
// not compile, and nobody can pass another id than the one that was decided on.
//
// A Ruling is what was decided: it can be asked again when the gate has moved (a Transfer does so before each step).
#pragma once
#include <concepts>
#include <memory>
#include <variant>

#include "access/decide/decide.hpp"
#include "access/principal.hpp"
#include "audit/log.hpp"

namespace muniment::access {

template <class A>
concept Action = std::move_constructible<A> && requires(const A& a) {
    { A::permission } -> std::convertible_to<Permission>;
    { A::entry } -> std::convertible_to<audit::Action>;
    { A::changes } -> std::convertible_to<bool>;
    { a.subject() } -> std::same_as<Subject>;                         // what is decided on
    { a.subjects() } -> std::same_as<std::vector<audit::Subject>>;    // what the entry names
};

/// One's own affairs (a password, a session, the list of one's matters): whoever is signed in and active may. Such an action says
/// `static constexpr bool own = true`.
template <class A>
inline constexpr bool is_own = requires { requires A::own; };

/// What may still be recorded when the disk is nearly full (limits::disk_reserve_bytes): what contains an incident, and what one must
/// look at to do so. Such an action says `static constexpr bool in_reserve = true`.
template <class A>
inline constexpr bool is_in_reserve = requires { requires A::in_reserve; };

struct Ruling {
    Principal who;
    Permission permission;
    Subject subject;
    std::uint64_t revision;        ///< of the policy that it was decided by
    bool own = false;
};

template <Action A>
class [[nodiscard]] Permit {
  public:
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&&) noexcept = default;

    const A& action() const { return action_; }
    const Principal& who() const { return ruling_.who; }
    const Ruling& ruling() const { return ruling_; }
    /// Of a reading: the entry that it stands under.
    const audit::Durable& record() const
        requires(!A::changes)
    {
        return *proof_;
    }
    /// Of a change: its entry, to say more in before the commit.
    audit::Draft& draft()
        requires(A::changes)
    {
        return proof_;
    }

  private:
    friend class Gate;
    using Proof = std::conditional_t<A::changes, audit::Draft, std::shared_ptr<const audit::Durable>>;
    Permit(A action, Ruling ruling, Proof proof)
        : action_(std::move(action)), ruling_(std::move(ruling)), proof_(std::move(proof)) {}

    A action_;
    Ruling ruling_;
    Proof proof_;
};

}  // namespace muniment::access
