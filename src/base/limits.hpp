// SPDX-License-Identifier: Apache-2.0
// Every wait, queue, size and count has a limit, and it stands here with its unit and its reason.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace muniment::limits {

using namespace std::chrono_literals;
inline constexpr std::size_t KiB = 1024, MiB = 1024 * KiB, GiB = 1024 * MiB;

// Names and texts (bytes of UTF-8 unless said otherwise).
inline constexpr std::size_t name_bytes_max = 1'024;           // a file, folder, client, matter or person; file systems allow 255
inline constexpr std::size_t path_bytes_max = 4'096;           // where a paper came from
inline constexpr std::size_t folder_depth_max = 64;
inline constexpr std::size_t number_chars_max = 32;            // the firm's own client and matter numbers, characters
inline constexpr std::size_t comment_bytes_max = 4'096;
inline constexpr std::size_t media_type_bytes_max = 255, handling_class_bytes_max = 64;
inline constexpr std::size_t profile_bytes_max = 4'096;             // name, number and note together: one slot of the key arena
inline constexpr std::size_t password_bytes_max = 1'024;       // before Argon2id, so that a sign-in costs the same for all
inline constexpr std::size_t passphrase_bytes_max = 1'024;
inline constexpr std::size_t password_hashes_at_once_max = 2;  // each takes its 64 MiB; the others wait
inline constexpr std::size_t password_hashes_waiting_max = 16; // so many others: fewer than half of the http_workers; more are `busy`
inline constexpr std::size_t field_padding_bytes = 32;         // sealed fields are padded to steps of this

// Papers and packs.
inline constexpr std::size_t small_object_bytes_max = 1 * MiB; // larger ones are streamed into a pack of their own
inline constexpr std::uint64_t paper_bytes_max = 1024ull * GiB;
inline constexpr std::uint64_t pack_bytes_max = 256 * MiB;     // after that a new pack is begun
inline constexpr std::size_t pack_queue_bytes_max = 64 * MiB;  // waiting for the next write of the pack
inline constexpr std::size_t open_packs_max = 128;             // files of packs kept open for reading; the least used is closed
inline constexpr std::size_t transfer_step_bytes = 1 * MiB;    // one step of a Transfer
inline constexpr std::size_t parts_per_version_max = 10'000;   // of an upload in pieces; a reading checks the rows of all of them first
inline constexpr std::uint64_t part_bytes_least = 64 * MiB;    // one piece becomes parts of this or of 1/64 of what there is already, so
                                                               // that 1 TiB has some 420 and a crash costs little of what was sent
inline constexpr std::uint64_t cut_piece_bytes_min = 256 * KiB; // less of a piece that was cut off is not worth a part, and is thrown away
inline constexpr auto upload_writer_quiet = 3s;                // a connection that brings nothing for so long gives way to another
inline constexpr auto upload_kept_idle = 24h, upload_kept_max = 24h * 7;
inline constexpr std::size_t uploads_per_person_max = 32;
inline constexpr std::uint64_t upload_bytes_per_person_max = 2 * 1024ull * GiB;
inline constexpr std::size_t documents_per_matter_max = 1'000'000;
inline constexpr std::size_t lists_waiting_max = 4;            // of one person, behind the one that is being made; more are `busy`
inline constexpr std::size_t versions_per_document_max = 100'000;

// Packs in an S3 bucket.
inline constexpr std::size_t s3_batch_bytes_max = 8 * MiB;     // one PUT of small objects; so much is sent again when an answer is lost
inline constexpr auto s3_company_wait = 5ms;                   // an object waits for others so long: a PUT takes some ten times that
inline constexpr std::size_t s3_puts_at_once_max = 4;          // of such batches; the next one gathers meanwhile
inline constexpr std::size_t s3_part_bytes = 8 * MiB;          // first part of a large object; S3 wants at least 5 MiB
inline constexpr std::size_t s3_part_growth_every = 48;        // parts, after which the next are 1 MiB longer: 1 TiB in 10,000 parts
inline constexpr std::size_t s3_parts_max = 10'000;            // S3's own limit
inline constexpr std::size_t s3_answer_bytes_max = 4 * MiB;    // of what is not a pack's bytes: a page of 1,000 keys has 0.4 MiB
inline constexpr std::size_t s3_connections_kept_max = 32;     // idle, for the next request
inline constexpr std::size_t s3_list_pages_max = 100'000;      // of 1,000 keys
inline constexpr std::size_t s3_block_bytes = 256 * KiB;       // packs are read and cached in blocks of this
inline constexpr std::size_t s3_read_ahead_bytes = 4 * MiB;    // for whoever reads on
inline constexpr std::size_t s3_cache_bytes_max = 64 * MiB;    // sealed bytes
inline constexpr std::size_t s3_known_packs_max = 8'192;       // packs whose heads were compared, with their sizes: ~100 B each
inline constexpr auto s3_connect_wait = 5s;
inline constexpr auto s3_stall_wait = 20s;                     // without a byte moving
inline constexpr auto s3_pause_first = 100ms, s3_pause_max = 5'000ms;  // between tries, doubling
inline constexpr auto s3_patience = 60s;                       // for a batch or request, all tries: a gateway restarts in less
inline constexpr auto s3_giving_up_wait = 10s;                 // for the request that aborts an upload
inline constexpr auto s3_forgotten_upload_age = 72h;           // of a multipart upload that no living process sends
inline constexpr auto s3_clock_skew_told = 60s;                // doctor speaks of it; servers refuse at 15 minutes

// Merging of packs.
inline constexpr std::uint64_t merged_pack_bytes = 32 * MiB;   // at most; it is in memory while it is made
inline constexpr std::uint64_t small_pack_bytes_max = 8 * MiB; // a pack of fewer bytes is worth merging
inline constexpr std::size_t merge_packs_min = 16;             // fewer are left, unless they fill half a merged pack
inline constexpr std::size_t merge_packs_max = 256;            // of one step
inline constexpr std::size_t merge_objects_max = 4'096;        // rows of one transaction: some 20 ms in which nobody else commits
inline constexpr auto merge_age_min = 10min;                   // of a pack: the rows of its objects are committed by then
inline constexpr auto emptied_pack_kept = 1h;                  // longer than any transfer of a small object

// Records and the log.
inline constexpr std::size_t commit_batch_max = 1'024;         // pieces of work in one database transaction
inline constexpr std::size_t commit_queue_max = 16'384;        // pieces of work waiting; more are refused as `busy`
inline constexpr std::size_t entry_bytes_max = 60 * KiB;       // an entry bundle's length prefix is 16 bits
inline constexpr std::size_t detail_bytes_max = 32 * KiB;
inline constexpr std::size_t rows_per_change_max = 1'000'000;  // that one change writes and its entries name; 64 bytes each in memory
inline constexpr std::size_t index_batch = 500;                // entries looked into per transaction of the log's index
inline constexpr std::size_t verify_batch = 4'096;             // entries read at once by verification; a multiple of a tile's 256
inline constexpr std::size_t verify_queue_max = 4;             // such batches between reading and hashing
inline constexpr std::size_t verify_rows_max = 262'144;        // rows of the log kept in memory at once, ~150 B each; more take more passes
inline constexpr auto turn_wait = 2s;                          // for a process to take the keys of a turn whose commit it meets
inline constexpr auto records_busy_wait = 5s;                  // for a lock another process holds on the database file
inline constexpr auto records_connect_wait = 10s;              // for PostgreSQL to take a connection
inline constexpr auto records_reconnect_wait = 3s;             // for it to be back, before a reader or a commit is told that it is not
inline constexpr auto records_lock_wait = 1s;                  // for a process that was killed to be gone from it
inline constexpr auto records_answer_wait = 30s;               // for the next answer of it; then the connection counts as lost
inline constexpr auto records_idle_wait = 10s;                 // after which it ends a transaction in which nothing is asked any more
inline constexpr auto commit_resolve_wait = 60s;               // until it is known whether a commit without an answer was made
inline constexpr int commit_tries_max = 6;                     // runs of one batch that collides with others
inline constexpr auto lease_valid = 30s;                       // of a node on a shared database; renewed thrice in that time
inline constexpr auto lease_renewed_every = 10s, lease_tried_again = 1s;
inline constexpr auto lease_answer_wait = 5s;                  // for the database to answer a renewal
inline constexpr auto nodes_turn_wait = 50s;                   // for other nodes to follow a turn: a lease, its ending, and to open anew
inline constexpr int sequencer_still_rounds = 3;               // in which another node's tree does not grow, until this one takes over
inline constexpr std::size_t record_readers_max = 8;           // connections that read the database at once; more wait
inline constexpr int wal_pages_when_idle = 1'000;              // pages in SQLite's WAL after which a quiet moment is used to empty it
inline constexpr int wal_pages_max = 4'000;                    // and after which it is emptied although commits wait (some 30 ms)
inline constexpr std::size_t refusal_sources_per_minute_max = 1'000;
inline constexpr std::size_t afterwards_max = 4'096;             // outcomes of transfers waiting to be written
inline constexpr std::uint64_t disk_reserve_bytes = 64 * MiB;  // below this only sign-in, lock and containment are recorded

// Jobs.
inline constexpr std::size_t job_cursor_bytes_max = 1 * KiB, job_facts_bytes_max = 1 * KiB, problem_name_bytes_max = 64;
inline constexpr auto job_retry_first = 1min, job_retry_longest = 60min;   // after a failure; doubled each time
inline constexpr std::uint32_t job_tries_before_alarm = 3;
inline constexpr auto job_look_every = 5s;                     // for what is due
inline constexpr auto job_kept_every = 30s;                    // how far a run has come is written down; a crash repeats so much
inline constexpr auto job_step_max = 10min;                    // of one step; then it counts as hanging, and is an alarm
inline constexpr auto job_rest_max = 10s;                      // between two steps
inline constexpr std::size_t jobs_at_once_max = 2;

// The firm's settings.
inline constexpr std::size_t setting_text_bytes_max = 4 * KiB, settings_changed_at_once_max = 64;

// Deadlines and notices.
inline constexpr std::size_t deadlines_max = 1'000'000;        // that are not ended; ~200 B each
inline constexpr std::size_t deadline_words_bytes_max = 1 * KiB;
inline constexpr std::size_t deadline_climbs_max = 8;          // people who are told, one after the other
inline constexpr std::size_t deadline_look_batch = 1'000;      // looked through in one step of the job
inline constexpr std::size_t holidays_max = 2'000;             // of a calendar: some eighty years of them
inline constexpr std::size_t notice_words_bytes_max = 1 * KiB;
inline constexpr std::size_t notices_per_person_max = 100'000; // the oldest that were read go first
inline constexpr auto notice_kept_read = 24h * 90;             // after it was read
inline constexpr auto notice_kept_max = 24h * 730;             // whether it was read or not

// Mail.
inline constexpr std::size_t mail_queue_max = 10'000;          // that wait to be sent
inline constexpr auto mail_connect_wait = 10s, mail_answer_wait = 30s;
inline constexpr auto mail_retry_first = 1min, mail_retry_longest = 240min;
inline constexpr auto mail_given_up_after = 48h;               // then it counts as bounced
inline constexpr std::size_t mails_per_run_max = 100;          // of one step of the job

// Events and webhooks.
inline constexpr std::size_t event_batch = 256;                // entries given to a reader at once
inline constexpr std::size_t event_streams_max = 1'024, event_streams_per_person_max = 8;
inline constexpr auto event_quiet = 15s;                       // after which an idle stream says that it lives
inline constexpr std::size_t webhooks_max = 16;
inline constexpr auto webhook_connect_wait = 5s, webhook_answer_wait = 10s;
inline constexpr auto webhook_retry_first = 10s, webhook_retry_longest = 3600s;
inline constexpr std::uint32_t webhook_tries_before_alarm = 5;

// People and access.
inline constexpr auto opening_valid = 15min;                   // one person, session, version and purpose is one entry for so long
inline constexpr auto session_idle_max = 30min;
inline constexpr auto session_use_told_every = 5min;           // by a node to the others: a session in use there is not idle here
inline constexpr auto session_age_max = 12h;
inline constexpr auto token_age_max = 24h * 90;
inline constexpr std::size_t sessions_per_person_max = 32;
inline constexpr auto clock_step_max = 2min;                   // a wall clock that jumps further is an alarm; back, and sessions end
inline constexpr std::size_t password_chars_min = 12;          // code points; why: access/authenticate/password_rules.hpp
inline constexpr std::size_t password_estimate_bytes = 100;    // what zxcvbn looks at; its time grows with more than the square
inline constexpr std::size_t context_words_max = 32, context_word_chars_min = 3;
inline constexpr std::size_t qr_bytes_max = 1'000;             // fits a phone's camera; an otpauth URI has about 150
inline constexpr std::size_t throttle_entries_max = 65'536;    // of each kind of tally, ~100 B each
inline constexpr std::size_t shares_kept_max = 64;             // recovery shares given to a locked server, ~100 B each
inline constexpr std::size_t shares_per_source_max = 16;       // all partners in one office; nobody alone fills those places
inline constexpr auto share_kept = 30min;                      // for the next holder to come
inline constexpr std::size_t share_choices_max = 5'000;        // tried when a share comes: ~0.2 s of 16 shares each
inline constexpr std::size_t share_slot_tries_max = 16;         // of choices that fit each other, when a share comes
inline constexpr std::size_t share_bytes_max = 2 * KiB;        // 33 words of at most 8 letters, and blanks
inline constexpr auto new_root_kept = 30min;                   // for shares of a new root key to be written down
inline constexpr std::size_t known_sources_max = 8;            // of a person, kept with their credential
inline constexpr auto known_source_kept = 24h * 90;            // since they last signed in from there
inline constexpr std::size_t groups_depth_max = 1;             // groups hold people, not groups
inline constexpr std::size_t wall_members_max = 10'000;

// HTTP.
inline constexpr std::size_t header_bytes_max = 16 * KiB;
inline constexpr std::size_t json_body_bytes_max = 256 * KiB;
inline constexpr std::size_t strangers_body_bytes_max = 16 * KiB;  // of who is not signed in yet: a name, a password, escaped
inline constexpr std::size_t json_depth_max = 8;               // objects and lists within each other; the API needs four
inline constexpr std::size_t json_list_items_max = 16'384;     // of one list in a request
inline constexpr std::size_t field_name_chars_max = 64;        // of a JSON object's field or a query's parameter
inline constexpr std::size_t boundary_chars_max = 70;          // RFC 2046 section 5.1.1
inline constexpr std::size_t part_head_bytes_max = 8 * KiB;    // of one part of a multipart body
inline constexpr std::size_t about_bytes_max = 16 * KiB;       // what is said of a paper that comes in
inline constexpr std::size_t idempotency_key_chars_max = 255;
inline constexpr std::size_t target_bytes_max = 4 * KiB;
inline constexpr std::size_t chunk_beside_bytes_max = 4 * KiB; // of a body's extensions and trailers; nobody sends either
inline constexpr std::size_t connections_max = 4'096;
inline constexpr std::size_t connections_per_source_max = 1'024;
inline constexpr std::size_t descriptors_besides_max = 512;    // of files, packs and the database, beside those of connections
inline constexpr auto handshake_wait = 10s;
inline constexpr auto header_wait = 15s;                       // from the first byte of a request to the end of its head
inline constexpr auto idle_wait = 60s;                         // between requests
inline constexpr auto body_stall_wait = 30s;                   // between two pieces of a body, either way
inline constexpr auto drain_wait = 20s;                        // for what is under way when the server is stopped
inline constexpr std::size_t body_stall_bytes = 64 * KiB;      // of a body, or its rest, must move within each body_stall_wait
inline constexpr std::size_t body_step_bytes = 256 * KiB;      // one step of a worker; at most transfer_step_bytes
inline constexpr std::size_t discarded_body_bytes_max = 1 * MiB; // of a refused body are read to keep the connection; else it is closed
inline constexpr std::size_t requests_per_connection_max = 10'000;
inline constexpr auto linger_wait = 2s;                        // to let a client read the last answer before the connection goes
inline constexpr auto watch_interval = 250ms;                  // how often waits are compared with the clock
inline constexpr unsigned http_workers = 32;                   // threads: most of them wait for one commit together
inline constexpr std::size_t list_page_default = 100, list_page_max = 1'000;
inline constexpr auto idempotency_kept = 24h;

}  // namespace muniment::limits
