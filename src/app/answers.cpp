// SPDX-License-Identifier: Apache-2.0
// What the control socket is asked, and what Serving answers.
#include <boost/json.hpp>
#include <set>

#include "app/packs.hpp"
#include "app/serving.hpp"
#include "app/share_pages.hpp"
#include "app/verify_log.hpp"
#include "base/limits.hpp"
#include "base/random.hpp"

namespace muniment::app {
namespace json = boost::json;
namespace {

std::string text_in(const json::object& question, std::string_view name) {
    const auto* value = question.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : "";
}

bool flag_in(const json::object& question, std::string_view name) {
    const auto* value = question.if_contains(name);
    return value && value->is_bool() && value->as_bool();
}

Methods methods_in(const json::object& question) {
    Methods methods{.key_file = flag_in(question, "key_file")};
    if (question.contains("passphrase")) methods.passphrase = text_in(question, "passphrase");
    return methods;
}

json::object as_json(const keys::ShareBox::Standing& standing) {
    return {{"set", standing.set}, {"needed", standing.needed}, {"missing", standing.missing},
            {"holders", json::value_from(standing.holders)}};
}

json::object as_json(const ShareSet& set) { return {{"set", set.set}, {"needed", set.needed}, {"of", set.of}}; }

json::object as_json(const strongroom::TurnReport& report) {
    json::array lost;
    for (const auto& node : report.out_of_touch) lost.push_back(json::object{{"node", node.node}, {"until", to_rfc3339(node.until)}});
    return {{"epoch", report.epoch},
            {"erased", json::value_from(report.erased)},
            {"pending", json::value_from(report.pending)},
            {"key_sets_pending", json::value_from(report.copies_pending)},
            {"stale_matters", report.stale_matters},
            {"nodes", json::value_from(report.nodes)},
            {"out_of_touch", std::move(lost)},
            {"complete", report.complete()}};
}

Result<PackId> pack_in(const json::object& question) {
    const auto* said = question.if_contains("pack");
    auto pack = PackId::parse(said && said->is_string() ? std::string_view(said->as_string()) : std::string_view());
    if (!pack) return fail(Problem::malformed, "that is not the id of a pack");
    return *pack;
}

}  // namespace

Result<json::object> Serving::unlock_as_asked(const json::object& question, const std::optional<AcceptedLoss>& accepted) {
    if (question.contains("passphrase")) {
        TRY(auto roots, roots_by_passphrase(home_, text_in(question, "passphrase")));
        CHECK(unlock(std::move(roots), accepted));
    } else {
        CHECK(unlock_itself(accepted));
    }
    return json::object{{"state", "open"}};
}

Result<json::object> Serving::share_given(const json::object& question) {
    TRY(auto taken, give_share(text_in(question, "share"), {"control socket", true}));
    auto said = as_json(taken.standing);
    said["state"] = taken.open ? "open" : "locked";
    std::lock_guard lock(opening_);
    json::array sets;
    for (const auto& standing : box_.standings()) sets.push_back(as_json(standing));
    said["sets"] = std::move(sets);
    return said;
}

Result<json::object> Serving::lock_as_asked(bool force) {
    auto lost = force ? std::nullopt : would_lose();
    if (lost) return fail(Problem::conflict, *lost + ", or lock with --force");
    if (auto left = lock(); left > 0) {
        return fail(Problem::busy,
                    std::to_string(left) + " transfers have not ended yet, and the keys stay until they have; nobody new is let in");
    }
    return json::object{{"state", "locked"}};
}

Result<json::object> Serving::status() {
    auto open = firm();
    json::object said{{"state", open ? "open" : "locked"}, {"trial", home_.trial}};
    auto arena = crypto::arena_status();
    said["keys_locked_in_memory"] = arena.locked;
    if (auto jump = clock_alarm_.last())
        said["clock_jumped"] = json::object{{"seconds", std::chrono::duration_cast<std::chrono::seconds>(jump->by).count()},
                                            {"to", to_rfc3339(jump->seen)}};
    json::array methods, shares, given;
    if (auto files = unlock_files(home_)) {
        for (const auto& stored : *files) methods.push_back(json::value(name_of(stored.file.method)));
    }
    {
        std::lock_guard lock(methods_);
        auto root = open ? open->root_mark() : Result<keys::Mark>(fail(Problem::locked));
        for (const auto& set : home_.shares)
            if (!root || set.root == short_mark(*root)) shares.push_back(as_json(set));
    }
    {
        std::lock_guard lock(opening_);
        for (const auto& standing : box_.standings()) given.push_back(as_json(standing));
    }
    said["methods"] = std::move(methods);
    said["shares"] = std::move(shares);
    said["shares_given"] = std::move(given);
    if (!open) {
        std::lock_guard lock(mutex_);
        if (refused_) said["why"] = refused_->text();
        return said;
    }
    auto standing = open->slots().is_copy() ? strongroom::Diagnosis{strongroom::Standing::copy, "", 0, {}} : open->standing();
    said["standing"] = strongroom::name_of(standing.standing);
    said["sentence"] = strongroom::text_of(standing);
    if (auto scrubbed = open->scrubbed())
        said["scrub"] = json::object{{"ended", to_rfc3339(scrubbed->ended)},
                                     {"documents", scrubbed->report.documents},
                                     {"wrong_count", scrubbed->report.wrong_count},
                                     {"wrong", json::value_from(scrubbed->report.wrong)}};
    said["epoch"] = open->gate().ring().epoch_number();
    said["mark"] = to_hex(View(open->gate().ring().mark()).first(8));
    json::array slots;
    for (const auto& slot : open->slots().report()) {
        slots.push_back(json::object{{"name", slot.name},
                                     {"state", strongroom::text_of(slot)},
                                     {"good", slot.state == strongroom::SlotState::holds && !slot.not_believed},
                                     {"former_epochs", slot.other_epochs}});
    }
    said["slots"] = std::move(slots);
    said["may_turn"] = open->slots().may_touch();
    said["renewal_begun"] = strongroom::Renewal::begun(open->gate().records());
    return said;
}

Result<json::object> Serving::verify(const json::object& question) {
    auto open = firm();
    audit::KeyOf keys;
    if (open) {
        CHECK(open->log().checkpoint_now());
        keys = strongroom::keys_of_details(open->gate(), open->papers());
    }
    return verify_record(*stores_.records, home_, {.rows = flag_in(question, "rows"), .details = flag_in(question, "details")}, keys);
}

Result<json::object> Serving::packs() {
    TRY(auto report, strongroom::report_packs(*stores_.records, *stores_.packs));
    return app::as_json(report);
}

/// The answer is one line of a bounded length: it names the first few papers and counts all.
Result<json::object> Serving::loss(const json::object& question) {
    constexpr std::size_t named_max = 40;
    TRY(auto pack, pack_in(question));
    TRY(auto lost, strongroom::loss_of(*stores_.records, *stores_.packs, pack));
    json::array papers;
    std::set<DocumentId> documents;
    std::set<MatterId> matters;
    for (const auto& each : lost) {
        documents.insert(each.document);
        matters.insert(each.matter);
        if (papers.size() < named_max)
            papers.push_back(
                json::object{{"matter", each.matter.text()}, {"paper", each.document.text()}, {"version", each.version}});
    }
    return json::object{{"pack", pack.text()},
                        {"versions", lost.size()},
                        {"papers", documents.size()},
                        {"matters", matters.size()},
                        {"first", std::move(papers)}};
}

Result<json::object> Serving::accept_loss(const json::object& question) {
    TRY(auto pack, pack_in(question));
    const auto* reason = question.if_contains("reason");
    AcceptedLoss accepted{pack, reason && reason->is_string() ? std::string(reason->as_string()) : std::string()};
    if (auto open = firm()) {
        CHECK(strongroom::accept_loss(open->gate(), *stores_.packs, accepted.pack, accepted.reason));
        return json::object{{"state", "open"}};
    }
    return unlock_as_asked(question, accepted);
}

Result<json::object> Serving::turn() {
    TRY(auto open, open_firm());
    TRY(auto report, open->turn());
    return as_json(report);
}

/// The shares are handed out before anything depends on them: whoever misses one begins anew.
Result<json::object> Serving::begin_new_root(const json::object& question) {
    TRY(auto open, open_firm());
    auto numbers = parse_share_numbers(text_in(question, "shares"));
    if (question.contains("shares") && !numbers) return fail(Problem::malformed, "a number of shares that cannot be");
    std::lock_guard lock(methods_);
    Pending pending{to_hex(View(random_bytes<16>())), keys::RootKey::random(), std::nullopt, clock_.steady()};
    json::object said{{"ticket", pending.ticket}, {"firm", open->name()}};
    if (numbers) {
        auto root = crypto::Secret::zeros(keys::RootKey::size);
        std::ranges::copy(pending.root.expose(), root.fill().begin());
        auto shares = crypto::split(root, numbers->first, numbers->second);
        json::array words;
        for (const auto& share : shares) words.push_back(json::value(text(share.words().expose())));
        said["shares"] = std::move(words);
        ShareWish wish{.needed = numbers->first, .of = numbers->second};
        pending.shares = share_set(wish, shares, keys::mark_of(pending.root, open->gate().ring().firm()));
    }
    pending_ = std::move(pending);
    return said;
}

Result<json::object> Serving::bring_in_new_root(const json::object& question) {
    TRY(auto open, open_firm());
    std::lock_guard lock(methods_);
    if (!pending_ || pending_->ticket != text_in(question, "ticket") || clock_.steady() - pending_->since > limits::new_root_kept) {
        pending_.reset();
        return fail(Problem::conflict, "the new root key is no longer waiting: begin anew, its shares open nothing");
    }
    auto next = std::move(*pending_);
    pending_.reset();
    auto methods = methods_in(question);
    if (!next.shares && !methods.passphrase && !methods.key_file)
        return fail(Problem::conflict, "a root key without shares, passphrase or key file could never be given again");
    const auto& firm = open->gate().ring().firm();
    CHECK(add_methods(home_, next.root, firm, methods));
    if (next.shares) {
        home_.shares.push_back(*next.shares);
        CHECK(home_.save());
    }
    // Where it stops, the files of both root keys stand until a check finds out which of them is of no use (keep_present_methods).
    auto turned = open->turn(&next.root);
    if (!turned) {
        auto now = open->root_mark();
        if (!now || *now != keys::mark_of(next.root, firm)) return std::unexpected(turned.error());
        return fail(turned.error().problem,
                    "the new root key IS in force, keep its shares and files: only the rest of the turn is still to be done, and is "
                    "tried again by itself (" + turned.error().detail + ")");
    }
    CHECK(keep_present(*open));
    return as_json(*turned);
}

Result<json::object> Serving::add_method(const json::object& question) {
    TRY(auto open, open_firm());
    std::lock_guard lock(methods_);
    TRY(auto root, open->root_copy());
    auto methods = methods_in(question);
    CHECK(add_methods(home_, root, open->gate().ring().firm(), methods, flag_in(question, "replace")));
    CHECK(open->record_method(methods.passphrase ? "passphrase" : "key-file", "added"));
    return json::object{};
}

/// The last way in stays, unless there are shares.
Result<json::object> Serving::drop_method(const json::object& question) {
    TRY(auto open, open_firm());
    std::lock_guard lock(methods_);
    TRY(auto root, open->root_mark());
    TRY(auto files, unlock_files(home_));
    // Those of a root key that is still on its way open nothing.
    auto counted = std::ranges::count_if(files, [&](const StoredUnlock& each) { return each.file.root_mark == root; });
    bool shared = std::ranges::any_of(home_.shares, [&](const ShareSet& set) { return set.root == short_mark(root); });
    if (counted < 2 && !shared)
        return fail(Problem::conflict, "it is the only way to unlock this firm: add another, or make shares, first");
    auto name = text_in(question, "method");
    if (name != "passphrase" && name != "key-file") return fail(Problem::malformed, "there is no such unlock method");
    CHECK(remove_method(home_, root, name == "passphrase" ? keys::UnlockMethod::passphrase : keys::UnlockMethod::key_file));
    CHECK(open->record_method(name, "removed"));
    return json::object{};
}

Result<json::object> Serving::renew() {
    TRY(auto open, open_firm());
    TRY(auto report, open->renew());
    auto said = as_json(report.turn);
    said["clients"] = report.clients;
    said["matters"] = report.matters;
    said["documents"] = report.documents;
    return said;
}

Result<json::object> Serving::answer(const json::object& question) {
    auto what = text_in(question, "ask");
    if (what == "status") return status();
    if (what == "nodes") return nodes();
    if (what == "doctor") return doctor();
    if (what == "verify") return verify(question);
    if (what == "packs") return packs();
    if (what == "loss") return loss(question);
    if (what == "accept-loss") return accept_loss(question);
    if (what == "unlock") return unlock_as_asked(question);
    if (what == "share") return share_given(question);
    if (what == "lock") return lock_as_asked(flag_in(question, "force"));
    if (what == "turn") return turn();
    if (what == "new-root") return begin_new_root(question);
    if (what == "new-root-go") return bring_in_new_root(question);
    if (what == "add-method") return add_method(question);
    if (what == "remove-method") return drop_method(question);
    if (what == "renew") return renew();
    return fail(Problem::malformed, "the control socket was asked for something unknown");
}

}  // namespace muniment::app
