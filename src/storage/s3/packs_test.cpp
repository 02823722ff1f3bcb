// SPDX-License-Identifier: Apache-2.0
// What the conformance suite does not ask: how the driver stands what servers and networks do.
#include "storage/s3/packs.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <thread>

#include "base/limits.hpp"
#include "storage/s3/answers.hpp"
#include "storage/s3/double_test.hpp"

namespace muniment::storage::s3 {
namespace {

using namespace std::chrono_literals;

class S3PacksTest : public testing::Test {
  protected:
    ~S3PacksTest() override { server.ask(R"({"none": true})"); }

    std::unique_ptr<PackStore> open(Missing missing = Missing::refuse) {
        return open_pack_s3(place, Double::credentials(), registered, missing).value();
    }
    /// The next `times` such requests, after the first `after`, meet it.
    void fault(const std::string& what, const std::string& method, int times = 1, int after = 0,
               const std::string& key = "[.]pack") {
        server.ask(R"({"fault": ")" + what + R"(", "method": ")" + method + R"(", "key": ")" + key + R"(", "times": )" +
                   std::to_string(times) + R"(, "after": )" + std::to_string(after) + "}");
    }
    int count(const std::string& method, const std::string& key = "[.]pack") {
        return std::stoi(server.ask(R"({"count": ")" + method + R"(", "key": ")" + place.prefix + ".*" + key + "\"}"));
    }
    Result<void> keep(const std::string& content) {
        TRY(auto pending, packs->append(ObjectId::random(), bytes(content)));
        last = pending.place();
        return pending.wait();
    }
    std::string read(const Placement& at) {
        Bytes out(at.length);
        auto done = packs->read(at, 0, out);
        EXPECT_TRUE(done) << done.error().detail;
        return string(out);
    }
    Bytes large(std::size_t size) {
        Bytes content(size);
        for (std::size_t n = 0; n < size; ++n) content[n] = static_cast<std::uint8_t>((n >> 3) * 2654435761u >> 24);
        return content;
    }

    Double& server = Double::only();
    S3Place place = server.place();
    RegisterPack registered = [](const PackRow&) -> Result<void> { return {}; };
    std::unique_ptr<PackStore> packs = open(Missing::make);
    Placement last;
};

TEST_F(S3PacksTest, AWrongSecretIsRefusedAndNothingIsWritten) {
    auto other = server.place();
    auto refused = open_pack_s3(other, Double::credentials("not-the-secret"), registered, Missing::make);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().problem, Problem::store_refused);
    EXPECT_NE(refused.error().detail.find("secret key"), std::string::npos) << refused.error().detail;
    EXPECT_FALSE(std::filesystem::exists(server.file(other, "store")));
    auto unknown = Double::credentials();
    unknown.key = "somebody";
    EXPECT_EQ(open_pack_s3(place, std::move(unknown), registered).error().problem, Problem::store_refused);
}

TEST_F(S3PacksTest, ARefusalSaysWhatIsToBeMended) {
    auto elsewhere = place;
    elsewhere.bucket = "no-such-bucket";
    auto refused = open_pack_s3(elsewhere, Double::credentials(), registered);
    EXPECT_EQ(refused.error().problem, Problem::store_refused);
    EXPECT_NE(refused.error().detail.find("no bucket no-such-bucket"), std::string::npos);
    elsewhere = place;
    elsewhere.region = "eu-central-1";
    EXPECT_NE(open_pack_s3(elsewhere, Double::credentials(), registered).error().detail.find("region"), std::string::npos);
    fault("skew", "GET", 1, 0, "store");
    auto skewed = open_pack_s3(place, Double::credentials(), registered);
    EXPECT_EQ(skewed.error().problem, Problem::store_refused);
    EXPECT_NE(skewed.error().detail.find("seconds behind"), std::string::npos) << skewed.error().detail;
    EXPECT_GT(look_at_s3(place, Double::credentials())->ahead, -5s);
}

TEST_F(S3PacksTest, OnlyTheBucketOfThisFirmIsUsed) {
    ASSERT_TRUE(keep("ours"));
    EXPECT_TRUE(open_pack_s3(place, Double::credentials(), registered, Missing::make))
        << "a founding whose first answer was lost";
    auto other = place;
    other.store = to_uuid_text(new_random_id());
    EXPECT_EQ(open_pack_s3(other, Double::credentials(), registered, Missing::make).error().problem, Problem::already_done);
    EXPECT_NE(open_pack_s3(other, Double::credentials(), registered).error().detail.find("another firm"), std::string::npos);
    other = server.place();
    EXPECT_EQ(open_pack_s3(other, Double::credentials(), registered).error().problem, Problem::unavailable);
}

TEST_F(S3PacksTest, RefusesPlacesThatCouldNotBeAsked) {
    auto problem_of = [](auto change) {
        S3Place place{.endpoint = "https://s3.example.org:8080", .bucket = "packs", .prefix = "a/b.c/"};
        change(place);
        auto checked = check(place);
        return checked ? std::optional<Problem>() : checked.error().problem;
    };
    EXPECT_EQ(problem_of([](S3Place&) {}), std::nullopt);
    EXPECT_EQ(problem_of([](S3Place& p) { p.endpoint = "http://localhost:9000"; }), std::nullopt);
    for (const char* endpoint :
         {"http://s3.example.org", "http://localhost.example.org", "http://127.0.0.1.example.org:80", "s3.example.org",
          "https://s3.example.org/path", "https://", "https://user@host", "file:///etc/passwd"})
        EXPECT_EQ(problem_of([&](S3Place& p) { p.endpoint = endpoint; }), Problem::malformed) << endpoint;
    for (const char* prefix : {"no-slash", "/a/", "a//b/", "../", "a b/", "a?b/"})
        EXPECT_EQ(problem_of([&](S3Place& p) { p.prefix = prefix; }), Problem::malformed) << prefix;
    for (const char* bucket : {"", "ab", "a/b/c", "with space"})
        EXPECT_EQ(problem_of([&](S3Place& p) { p.bucket = bucket; }), Problem::malformed) << bucket;
}

TEST_F(S3PacksTest, AServerThatIsBusyIsAskedAgain) {
    fault("503", "PUT", 2);
    fault("500", "PUT", 1);
    ASSERT_TRUE(keep("in the end"));
    EXPECT_EQ(count("PUT"), 4);
    EXPECT_EQ(read(last), "in the end");
    fault("503", "GET", 1);
    packs = open();
    EXPECT_EQ(read(last), "in the end");
}

TEST_F(S3PacksTest, AnAnswerThatWasLostIsLookedUpAndNotGuessed) {
    fault("lose", "PUT");
    ASSERT_TRUE(keep("was kept the first time"));
    EXPECT_EQ(count("PUT"), 2);
    EXPECT_EQ(count("GET"), 1) << "what is there is compared";
    EXPECT_EQ(read(last), "was kept the first time");
    EXPECT_EQ(packs->packs()->size(), 1u);
}

TEST_F(S3PacksTest, WhatIsThereAndDiffersIsNotTakenForOurs) {
    Client client(place, Double::credentials());
    auto key = place.prefix + "00/some.pack";
    ASSERT_TRUE(client.put_new(key, bytes("one thing"), client.deadline()));
    EXPECT_TRUE(client.put_new(key, bytes("one thing"), client.deadline())) << "the same";
    for (const char* other : {"another!!", "one thing and more", "one"})
        EXPECT_EQ(client.put_new(key, bytes(other), client.deadline()).error().problem, Problem::conflict) << other;
    Bytes there(9);
    ASSERT_TRUE(client.get(key, 0, there));
    EXPECT_EQ(string(there), "one thing");
}

TEST_F(S3PacksTest, ConnectionsThatStandStillOrBreakAreTakenUpAgain) {
    place.stall_wait = 1s;
    packs = open();
    fault("slow 2.5", "PUT");
    ASSERT_TRUE(keep("after a time"));
    EXPECT_GE(count("PUT"), 2);
    place.stall_wait = limits::s3_stall_wait;
    packs = open();
    EXPECT_EQ(read(last), "after a time");
    fault("cut", "PUT");
    ASSERT_TRUE(keep(std::string(700'000, 'x')));
    packs = open();
    fault("cut", "GET");
    EXPECT_EQ(read(last), std::string(700'000, 'x'));
}

TEST_F(S3PacksTest, WhenPatienceEndsThoseWhoWaitAreToldAndOthersGoOn) {
    place.patience = 300ms;
    packs = open();
    fault("503", "PUT", 1000);
    EXPECT_EQ(keep("never").error().problem, Problem::unavailable);
    server.ask(R"({"none": true})");
    EXPECT_TRUE(keep("again"));
    EXPECT_EQ(packs->packs()->size(), 1u);
    Bytes out(5);
    EXPECT_EQ(packs->read({.pack = {{1}}, .offset = 57, .length = 5}, 0, out).error().problem, Problem::corrupt);
}

TEST_F(S3PacksTest, AQuotaThatIsUsedUpIsNoRoom) {
    server.ask(R"({"quota": 10})");
    auto refused = keep("no room for this");
    auto large_one = packs->create(ObjectId::random()).value();
    ASSERT_TRUE(large_one->add(large(9 * limits::MiB)));
    auto large_refused = large_one->finish();
    large_one.reset();
    server.ask(R"({"quota": null})");
    EXPECT_EQ(refused.error().problem, Problem::no_room);
    EXPECT_EQ(large_refused.error().problem, Problem::no_room);
    EXPECT_EQ(server.ask(R"({"uploads": true})"), "0");
    EXPECT_TRUE(packs->packs()->empty());
    EXPECT_TRUE(keep("there is room again"));
}

TEST_F(S3PacksTest, ObjectsGatherWhileEarlierPacksAreOnTheirWay) {
    fault("hold", "PUT", 100);
    std::vector<PendingObject> first, later;
    for (std::size_t n = 0; n < limits::s3_puts_at_once_max; ++n) {
        first.push_back(packs->append(ObjectId::random(), bytes("goes at once")).value());
        while (count("PUT") < static_cast<int>(n) + 1) std::this_thread::sleep_for(2ms);
    }
    for (int n = 0; n < 50; ++n) later.push_back(packs->append(ObjectId::random(), bytes("waits " + std::to_string(n))).value());
    std::this_thread::sleep_for(2 * limits::s3_company_wait);
    EXPECT_EQ(count("PUT"), static_cast<int>(limits::s3_puts_at_once_max));
    EXPECT_EQ(packs->remove(first[0].place().pack).error().problem, Problem::conflict) << "it is on its way";
    EXPECT_EQ(packs->remove(later[0].place().pack).error().problem, Problem::conflict) << "it is being filled";
    server.ask(R"({"none": true})");
    for (auto& pending : first) ASSERT_TRUE(pending.wait());
    for (std::size_t n = 0; n < later.size(); ++n) {
        ASSERT_TRUE(later[n].wait());
        EXPECT_EQ(later[n].place().pack, later[0].place().pack);
        EXPECT_EQ(read(later[n].place()), "waits " + std::to_string(n));
    }
    EXPECT_EQ(packs->packs()->size(), first.size() + 1);
    EXPECT_EQ(packs->list(later[0].place().pack)->size(), later.size());
}

TEST_F(S3PacksTest, APackThatManyShareIsBounded) {
    fault("hold", "PUT", 100);
    std::vector<PendingObject> all;
    for (int n = 0; n < 20; ++n)
        all.push_back(packs->append(ObjectId::random(), Bytes(limits::small_object_bytes_max, 1)).value());
    server.ask(R"({"none": true})");
    std::map<PackId, std::uint64_t> ends;
    for (auto& pending : all) {
        ASSERT_TRUE(pending.wait());
        ends[pending.place().pack] = pending.place().offset + pending.place().length;
    }
    for (const auto& [pack, end] : ends) EXPECT_LE(end, limits::s3_batch_bytes_max);
    // Each sender that is free takes what there is; what comes while all are busy is gathered, seven of these to a batch.
    EXPECT_LE(ends.size(), limits::s3_puts_at_once_max + 3) << "up to the limit, each is filled";
}

TEST_F(S3PacksTest, ALargeObjectIsSentInPartsWhateverGetsLost) {
    auto content = large(17 * limits::MiB + 5);
    fault("503", "PUT", 1, 1, "partNumber");
    fault("lose", "PUT", 1, 1, "partNumber");
    fault("lose", "POST", 1, 1);   // the request that completes it
    auto object = ObjectId::random();
    auto writer = packs->create(object).value();
    for (auto rest = View(content); !rest.empty(); rest = rest.subspan(std::min<std::size_t>(rest.size(), limits::MiB)))
        ASSERT_TRUE(writer->add(rest.first(std::min<std::size_t>(rest.size(), limits::MiB))));
    auto at = writer->finish().value();
    writer.reset();
    EXPECT_EQ(server.ask(R"({"uploads": true})"), "0");
    packs = open();
    EXPECT_EQ(read(at), string(content));
    auto found = packs->list(at.pack).value();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].object, object);
    EXPECT_EQ(found[0].place, at);
}

TEST_F(S3PacksTest, AnUploadThatIsGivenUpIsAbortedAndOneThatWasForgottenLater) {
    auto writer = packs->create(ObjectId::random()).value();
    ASSERT_TRUE(writer->add(large(17 * limits::MiB)));
    EXPECT_EQ(server.ask(R"({"uploads": true})"), "1");
    writer.reset();
    EXPECT_EQ(server.ask(R"({"uploads": true})"), "0");

    Client client(place, Double::credentials());
    for (int n = 0; n < 7; ++n)   // more than one page of the double's list
        ASSERT_TRUE(client.begin_upload(place.prefix + "00/forgotten-" + std::to_string(n)));
    auto now = SystemClock().now();
    EXPECT_EQ(packs->end_forgotten(now - limits::s3_forgotten_upload_age).value(), 0u);
    EXPECT_EQ(packs->end_forgotten(now + 1min).value(), 7u);
    EXPECT_EQ(server.ask(R"({"uploads": true})"), "0");
}

TEST_F(S3PacksTest, ASmallObjectIsOneRequestAndALargeOneFew) {
    ASSERT_TRUE(keep(std::string(900'000, 'y')));
    auto small_at = last;
    auto content = large(10 * limits::MiB);
    auto writer = packs->create(ObjectId::random()).value();
    ASSERT_TRUE(writer->add(content));
    auto large_at = writer->finish().value();
    packs = open();
    auto before = count("GET");
    Bytes out(58);
    ASSERT_TRUE(packs->read(small_at, 0, out));
    ASSERT_TRUE(packs->read(small_at, small_at.length - 58, out));
    EXPECT_EQ(read(small_at), std::string(900'000, 'y'));
    EXPECT_EQ(count("GET") - before, 1);
    before = count("GET");
    Bytes step(limits::s3_block_bytes), whole;
    for (std::uint64_t at = 0; at < large_at.length; at += step.size()) {
        step.resize(std::min<std::uint64_t>(step.size(), large_at.length - at));
        ASSERT_TRUE(packs->read(large_at, at, step));
        whole.insert(whole.end(), step.begin(), step.end());
    }
    EXPECT_EQ(whole, content);
    EXPECT_LE(count("GET") - before, 5) << "who reads on gets 4 MiB at once";
}

TEST_F(S3PacksTest, AnswersThatDoNotFitAreNotBelieved) {
    ASSERT_TRUE(keep("sealed bytes"));
    packs = open();
    fault("other-range", "GET");
    Bytes out(last.length);
    EXPECT_EQ(packs->read(last, 0, out).error().problem, Problem::unavailable);
    auto file = server.file(place, key_of(S3Place{}, last.pack));
    auto bytes_there = [&] {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    }();
    std::ofstream(file, std::ios::binary) << "MUNIPAC!" << bytes_there.substr(8);
    packs = open();
    EXPECT_EQ(packs->read(last, 0, out).error().problem, Problem::corrupt) << "it does not begin as this pack";
    EXPECT_FALSE(packs->check(last.pack));
    std::ofstream(file, std::ios::binary) << bytes_there.substr(0, 60);
    packs = open();
    auto too_short = packs->read(last, 0, out);
    EXPECT_EQ(too_short.error().problem, Problem::corrupt);
    EXPECT_NE(too_short.error().detail.find(last.pack.text()), std::string::npos);
    EXPECT_TRUE(packs->list(last.pack)->empty()) << "a frame that is not whole is no object";
}

TEST_F(S3PacksTest, WhatBelongsToOthersIsLeftAlone) {
    ASSERT_TRUE(keep("ours"));
    Client client(place, Double::credentials());
    for (const char* name : {"notes.txt", "aa/notes.pack", "zz/0197a1b2-0000-7000-8000-000000000001.pack"})
        ASSERT_TRUE(client.put_new(place.prefix + name, bytes("theirs"), client.deadline()));
    EXPECT_EQ(packs->packs().value(), std::vector{last.pack});
}

TEST(S3Names, AddressesAndCredentials) {
    EXPECT_EQ(parse_s3_address("s3://bucket").value(), (std::pair<std::string, std::string>("bucket", "")));
    EXPECT_EQ(parse_s3_address("s3://bucket/a/b").value(), (std::pair<std::string, std::string>("bucket", "a/b/")));
    EXPECT_FALSE(parse_s3_address("https://bucket"));
    auto read =
        parse_s3_credentials("# of the firm\n[default]\naws_access_key_id = AK\r\n aws_secret_access_key=s/e+c=t\n\n").value();
    EXPECT_EQ(read.key, "AK");
    EXPECT_EQ(text(read.secret.expose()), "s/e+c=t");
    for (const char* bad : {"", "aws_access_key_id = AK", "aws_secret_access_key = hidden", "hidden",
                            "aws_access_key_id = A:K\naws_secret_access_key = hidden",
                            "[a]\naws_access_key_id = AK\naws_secret_access_key = hidden\n[b]\n", "role_arn = hidden\n",
                            "aws_access_key_id = AK\naws_secret_access_key = hid den\n"}) {
        auto refused = parse_s3_credentials(bad);
        ASSERT_FALSE(refused) << bad;
        EXPECT_EQ(refused.error().detail.find("hid"), std::string::npos) << "a secret in an error";
    }
}

TEST(S3Answers, FindsElementsAndNothingInWhatIsCutOff) {
    EXPECT_EQ(text_of("<Error><Code>SlowDown</Code></Error>", "Code"), "SlowDown");
    EXPECT_EQ(text_of("<A><Key>a&amp;b&lt;&gt;&quot;&apos;&unknown;</Key></A>", "Key"), "a&b<>\"'&unknown;");
    EXPECT_EQ(text_of("<Code>cut", "Code"), "");
    EXPECT_EQ(text_of("</Code><Code>", "Code"), "");
    EXPECT_EQ(each("<K>1</K><K></K><K>3</K><K>", "K"), (std::vector<std::string_view>{"1", "", "3"}));
    EXPECT_EQ(in_query("a b/c~d+é"), "a%20b%2Fc~d%2B%C3%A9");
}

}  // namespace
}  // namespace muniment::storage::s3
