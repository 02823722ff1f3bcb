// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: a founded firm in memory behind a Door, and people who use it by its API, without sockets.
#pragma once
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <future>
#include <map>

#include "access/authenticate/totp.hpp"
#include "keys/slot_files.hpp"
#include "server/door.hpp"
#include "server/http/target.hpp"
#include "server/problem_json.hpp"
#include "storage/open.hpp"
#include "strongroom/founding.hpp"

namespace muniment::server::testing {

struct Reply {
    int status = 0;
    Headers headers;
    std::string body;
    boost::json::object json;                  ///< where the body is one

    std::string text(std::string_view name) const { return std::string(json.at(name).as_string()); }
    std::int64_t number(std::string_view name) const { return json.at(name).as_int64(); }
    std::size_t items() const { return json.at("items").as_array().size(); }
    const boost::json::object& item(std::size_t at) const { return json.at("items").as_array().at(at).as_object(); }
    std::string etag() const { return std::string(headers.find("ETag").value_or("")); }
    /// The slug of a problem; empty where it is none.
    std::string problem() const {
        constexpr std::string_view before = "/problems/";
        const auto* type = json.if_contains("type");
        return status >= 400 && type ? std::string(type->as_string()).substr(before.size()) : "";
    }
};

struct Question {
    Method method = Method::get;
    std::string target;
    Headers headers = {};
    std::string body = {};
};

/// Packs in memory, in which the next object becomes durable when a test says so, or not at all.
class HeldPacks final : public storage::PackStore {
  public:
    /// The next append waits for it.
    std::promise<Result<void>> hold_next() {
        std::promise<Result<void>> promise;
        next_ = promise.get_future().share();
        return promise;
    }
    storage::Appears appears() const override { return inner_->appears(); }
    Result<storage::PendingObject> append(const ObjectId& object, Bytes sealed) override {
        TRY(auto pending, inner_->append(object, std::move(sealed)));
        if (!next_.valid()) return pending;
        return storage::PendingObject(pending.place(), std::exchange(next_, {}));
    }
    Result<std::unique_ptr<storage::ObjectWriter>> create(const ObjectId& object) override { return inner_->create(object); }
    Result<std::vector<storage::Placement>> gather(std::span<const storage::SealedObject> objects) override {
        return inner_->gather(objects);
    }
    Result<void> read(const storage::Placement& place, std::uint64_t offset, std::span<std::uint8_t> out) override {
        return inner_->read(place, offset, out);
    }
    Result<void> check(const PackId& pack) override { return inner_->check(pack); }
    Result<std::vector<storage::FoundObject>> list(const PackId& pack) override { return inner_->list(pack); }
    Result<std::vector<PackId>> packs() override { return inner_->packs(); }
    Result<void> remove(const PackId& pack) override { return inner_->remove(pack); }
    Result<void> close() override { return inner_->close(); }

  private:
    std::unique_ptr<storage::PackStore> inner_ = storage::open_pack_memory([](const auto&) -> Result<void> { return {}; });
    std::shared_future<Result<void>> next_;
};

class Firm {
  public:
    Firm() {
        auto slot_a = storage::open_slot_folder(folder_ / "a", storage::Missing::make).value();
        auto slot_b = storage::open_slot_folder(folder_ / "b", storage::Missing::make).value();
        std::array<storage::Slot*, 2> slots{slot_a.get(), slot_b.get()};
        auto root = keys::RootKey::random();
        access::NewPerson first{.sign_in = "admin", .name = "Ada Admin", .roles = {access::FirmRole::administrator}};
        auto founded = strongroom::found(*records, slots, root, id, {"Muster & Partner", first}, clock).value();
        auto epoch = keys::get_epoch(*slot_a, root, id, keys::Ring::needed_mark(*records).value()).value();
        ring = keys::Ring::open(*records, id, std::move(epoch)).value();
        log = audit::Log::open(*records, ring, clock, {.start_sequencer = false}).value();
        gate = access::Gate::open(*records, ring, *log, clock).value();
        people = access::People::open(*gate).value();
        groups = access::Groups::open(*gate).value();
        clients_and_matters = strongroom::Register::open(*gate).value();
        papers = strongroom::Papers::open(*gate).value();
        uploads = std::make_unique<strongroom::OpenUploads>(*gate, *papers, *packs);
        sign_in = access::SignIn::open(*gate, *people, "Muster & Partner").value();
        house = std::make_shared<House>(
            House{*gate, *sign_in, *people, *groups, *clients_and_matters, *papers, *uploads, *packs, *log, "Muster & Partner"});
        door.open(house);
        tokens["admin"] = enrol("admin", founded.invitation);
    }
    ~Firm() { std::filesystem::remove_all(folder_); }
    Firm(const Firm&) = delete;
    Firm& operator=(const Firm&) = delete;

    static Request request_for(const Question& question) {
        Request request;
        request.method = question.method;
        auto target = parse_target(question.target, "").value();
        request.path = target.path;
        request.segments = target.segments;
        request.trailing_slash = target.trailing_slash;
        request.query = target.query;
        request.headers = question.headers;
        request.headers.add("Host", "muniment.test");
        request.source_address = "192.0.2.7";
        request.id = RequestId::random();
        if (!question.body.empty()) request.content_length = question.body.size();
        return request;
    }
    static Reply reply_to(const Request& request, Result<Response> made) {
        return reply(made ? *std::move(made) : problem_response(made.error(), request.id));
    }
    /// As HTTP would: the head, then the body in steps.
    Reply ask(const Question& question) {
        auto request = request_for(question);
        return reply_to(request, answer(request, question.body));
    }

    /// Somebody asks with JSON; what changes something gets a key of its own.
    Reply ask(std::string_view who, Method method, std::string target, const boost::json::value& json = nullptr,
              Headers headers = {}) {
        headers.add("Authorization", "Bearer " + tokens.at(std::string(who)));
        if (method == Method::post && !headers.has("Idempotency-Key")) headers.add("Idempotency-Key", RequestId::random().text());
        std::string body;
        if (!json.is_null()) {
            headers.add("Content-Type", "application/json");
            body = boost::json::serialize(json);
        }
        return ask({method, std::move(target), std::move(headers), std::move(body)});
    }
    Reply get(std::string_view who, std::string target, Headers headers = {}) {
        return ask(who, Method::get, std::move(target), nullptr, std::move(headers));
    }
    Reply post(std::string_view who, std::string target, const boost::json::value& json = nullptr, Headers headers = {}) {
        return ask(who, Method::post, std::move(target), json, std::move(headers));
    }
    Question filing(std::string_view who, std::string target, const boost::json::object& about, const std::string& content,
                    Headers headers = {}) {
        headers.add("Authorization", "Bearer " + tokens.at(std::string(who)));
        headers.add("Content-Type", "multipart/form-data; boundary=b1");
        if (!headers.has("Idempotency-Key")) headers.add("Idempotency-Key", RequestId::random().text());
        const std::string part = "--b1\r\nContent-Disposition: form-data; name=";
        auto body = part + "\"about\"\r\nContent-Type: application/json\r\n\r\n" + boost::json::serialize(about) + "\r\n" +
                    part + "\"content\"\r\n\r\n" + content + "\r\n--b1--\r\n";
        return {Method::post, std::move(target), std::move(headers), std::move(body)};
    }
    Reply file(std::string_view who, std::string target, const boost::json::object& about, const std::string& content,
               Headers headers = {}) {
        return ask(filing(who, std::move(target), about, content, std::move(headers)));
    }

    /// Somebody new, who comes in by the API. Gives their id.
    std::string join(const std::string& name, boost::json::array roles) {
        auto added = post("admin", "/api/v1/people", {{"sign_in", name}, {"name", "The " + name}, {"roles", std::move(roles)}});
        EXPECT_EQ(added.status, 201) << added.body;
        tokens[name] = enrol(name, added.text("invitation"));
        return std::string(added.json.at("person").at("id").as_string());
    }
    std::string code(const std::string& name) {
        clock.advance(std::chrono::seconds(access::totp_step_seconds));    // each code is taken once
        return access::totp_code(secrets_.at(name), access::totp_step(clock.now())).value();
    }
    /// A client and a matter of it, led by who opens them. Gives the matter's id.
    std::string open_matter(std::string_view who, std::string_view name) {
        auto client = post(who, "/api/v1/clients", {{"name", "Client of " + std::string(name)}});
        EXPECT_EQ(client.status, 201) << client.body;
        auto matter = post(who, "/api/v1/matters", {{"client", client.text("id")}, {"name", name}});
        EXPECT_EQ(matter.status, 201) << matter.body;
        return matter.text("id");
    }

    const std::string password = "violet kettle harbour mosaic 71";
    FirmId id = FirmId::random();
    ManualClock clock;
    std::unique_ptr<storage::Records> records = storage::open_memory();
    std::unique_ptr<HeldPacks> packs = std::make_unique<HeldPacks>();
    std::shared_ptr<keys::Ring> ring;
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<access::Gate> gate;
    std::unique_ptr<access::People> people;
    std::unique_ptr<access::Groups> groups;
    std::unique_ptr<strongroom::Register> clients_and_matters;
    std::unique_ptr<strongroom::Papers> papers;
    std::unique_ptr<strongroom::OpenUploads> uploads;
    std::unique_ptr<access::SignIn> sign_in;
    std::shared_ptr<House> house;
    Door door;
    std::map<std::string, std::string> tokens;

  private:
    Result<Response> answer(const Request& request, const std::string& body) {
        constexpr std::size_t step = 1000;
        TRY(auto answer, door.begin(request));
        if (auto* response = std::get_if<Response>(&answer)) return std::move(*response);
        if (auto* whole = std::get_if<WantsBody>(&answer)) return whole->then(request, bytes(body));
        auto& stream = std::get<WantsStream>(answer);
        for (std::size_t at = 0; at < body.size(); at += step)
            CHECK(stream.sink->add(view(std::string_view(body).substr(at, step))));
        return stream.sink->finish();
    }
    static Reply reply(Response response) {
        Reply reply{response.status, std::move(response.headers), std::move(response.body), {}};
        if (auto& stream = response.stream) {
            std::array<std::uint8_t, 1000> step{};
            while (auto count = stream->next(step).value()) reply.body += text(View(step).first(count));
            stream->ended(reply.body.size(), true);
        }
        boost::json::error_code code;
        auto json = boost::json::parse(reply.body, code);
        if (!code && json.is_object()) reply.json = json.get_object();
        return reply;
    }
    std::string enrol(const std::string& name, const std::string& invitation) {
        const Headers json{{"Content-Type", "application/json"}};
        boost::json::object said{{"sign_in", name}, {"invitation", invitation}, {"password", password}};
        auto begun = ask({Method::post, "/api/v1/enrolment", json, boost::json::serialize(said)});
        EXPECT_EQ(begun.status, 200) << begun.body;
        secrets_[name] = from_base32(begun.text("totp_secret"));
        said["code"] = code(name);
        said["kind"] = "token";
        auto made = ask({Method::post, "/api/v1/enrolment/confirm", json, boost::json::serialize(said)});
        EXPECT_EQ(made.status, 201) << made.body;
        return made.text("secret");
    }
    /// What an authenticator app does with the secret that it is shown.
    static crypto::Secret from_base32(std::string_view spelled) {
        constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        Bytes raw;
        unsigned held = 0, bits = 0;
        for (char c : spelled) {
            held = (held << 5 | static_cast<unsigned>(alphabet.find(c))) & 0xFFFF;
            if ((bits += 5) < 8) continue;
            bits -= 8;
            raw.push_back(static_cast<std::uint8_t>(held >> bits));
        }
        return crypto::Secret::take(raw);
    }

    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("muniment-routes-" + to_uuid_text(new_random_id()));
    std::map<std::string, crypto::Secret> secrets_;
};

}  // namespace muniment::server::testing
