// SPDX-License-Identifier: Apache-2.0
#include "storage/committer.hpp"

#include <sched.h>

#include <algorithm>
#include <exception>

#include "base/limits.hpp"
#include "base/meters.hpp"
#include "crypto/secret.hpp"

namespace muniment::storage {

Committer::Committer(Batch& batch) : batch_(batch), thread_([this] { run(); }) {}

Committer::~Committer() {
    stopping_ = true;
    asleep_ = 0;
    ::syscall(SYS_futex, &asleep_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    thread_.join();
}

Result<void> Committer::usable() const {
    if (closed_.load(std::memory_order_acquire))
        return fail(Problem::unavailable, "a commit failed; the records must be opened anew");
    return {};
}

Result<void> Committer::commit(Records::Work work) {
    CHECK(usable());
    if (stopping_) return fail(Problem::stopping);
    meters::commit_queue.add();
    if (waiting_.fetch_add(1) >= limits::commit_queue_max) {
        meters::commit_queue.take(1);
        waiting_.fetch_sub(1);
        return fail(Problem::busy, std::to_string(limits::commit_queue_max) + " changes wait to be written");
    }
    Piece piece{std::move(work)};
    push(piece);
    piece.done.wait();
    return std::move(piece.result);
}

void Committer::push(Piece& piece) {
    piece.next = pushed_.load(std::memory_order_relaxed);
    while (!pushed_.compare_exchange_weak(piece.next, &piece)) {
    }
    if (asleep_.load() != 0 && asleep_.exchange(0) != 0)
        ::syscall(SYS_futex, &asleep_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

bool Committer::take() {
    auto* newest = pushed_.exchange(nullptr);
    if (newest == nullptr) return false;
    auto old_end = static_cast<std::ptrdiff_t>(line_.size());
    for (; newest != nullptr; newest = newest->next) line_.push_back(newest);
    std::reverse(line_.begin() + old_end, line_.end());
    return true;
}

// Callers that were woken together come back together, but not at the same instant. Committing the first of them alone would make
// all others wait for a sync that carries one piece, so the processor is offered to them for as long as more keep arriving.
void Committer::await_company(std::size_t before) {
    constexpr int offers_max = 32;
    for (int offers = 0, in_vain = 0; line_.size() < before && offers < offers_max && in_vain < 2; ++offers) {
        ::sched_yield();
        in_vain = take() ? 0 : in_vain + 1;
    }
}

void Committer::run() {
    std::size_t before = 0;
    for (;;) {
        take();
        if (line_.empty()) {
            batch_.rest(/*idle=*/true);
            asleep_ = 1;
            if (pushed_.load() == nullptr && !stopping_)
                ::syscall(SYS_futex, &asleep_, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
            asleep_ = 0;
            if (pushed_.load() == nullptr && stopping_) return;
            continue;
        }
        await_company(before);
        before = std::min(line_.size(), limits::commit_batch_max);
        run_batch(std::span(line_).first(before));
        crypto::wipe_stack();   // work of others ran on it, and may have had words open
        line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(before));
        batch_.rest(/*idle=*/false);
    }
}

void Committer::run_batch(std::span<Piece* const> pieces) {
    for (int tries = 1;; ++tries) {
        auto done = run_pieces(pieces);
        if (done) {
            meters::commits.add();
            meters::commit_changes.add(pieces.size());
            break;
        }
        batch_.abandon();
        if (batch_.again(tries)) continue;
        meters::commit_failures.add();
        for (auto* piece : pieces) piece->result = std::unexpected<Error>(done.error());
        break;
    }
    waiting_.fetch_sub(pieces.size());
    meters::commit_queue.take(pieces.size());
    for (auto* piece : pieces) piece->done.tell();
}

Result<void> Committer::run_pieces(std::span<Piece* const> pieces) {
    CHECK(usable());
    CHECK(batch_.begin());
    for (auto* piece : pieces) {
        CHECK(batch_.mark());
        piece->result = run_piece(*piece);
        if (!batch_.open()) {
            if (!piece->result) return std::unexpected<Error>(piece->result.error());
            return fail(Problem::unavailable, "the database ended the transaction by itself");
        }
        CHECK(piece->result ? batch_.keep() : batch_.undo());
    }
    auto done = batch_.commit();
    // Where there was no room nothing reached the disk; after any other failure nobody knows what did.
    if (!done && done.error().problem != Problem::no_room && !batch_.undone()) closed_.store(true, std::memory_order_release);
    return done;
}

Result<void> Committer::run_piece(Piece& piece) {
    try {
        return piece.work(batch_.writer());
    } catch (const std::exception&) {
        return fail(Problem::internal, "work on the records threw");
    }
}

}  // namespace muniment::storage
