// SPDX-License-Identifier: Apache-2.0
// The bytes of papers, in and out. Who asks is decided on before the first byte of a body is read, and again in the commit.
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "server/etag.hpp"
#include "server/multipart.hpp"
#include "server/problem_json.hpp"
#include "server/range.hpp"
#include "server/routes/once.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/upload_about.hpp"
#include "strongroom/matters/reading.hpp"
#include "strongroom/matters/upload.hpp"

namespace muniment::server::routes {

using access::Opening;
using strongroom::PaperView;
using strongroom::Reading;
using strongroom::Upload;
using strongroom::UploadAbout;

namespace {

/// Delimiters, heads and `about`: what an upload may have beside its content.
constexpr std::uint64_t around_content_max = limits::about_bytes_max + 2 * limits::part_head_bytes_max + limits::KiB;

class Sending final : public BodySource {
  public:
    Sending(std::unique_ptr<Reading> reading, ByteRange range) : reading_(std::move(reading)), range_(range) {}
    std::optional<std::uint64_t> length() const override { return range_.count; }
    Result<std::size_t> next(std::span<std::uint8_t> out) override {
        auto step = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), range_.count - read_)));
        CHECK(reading_->read(range_.first + read_, step));
        read_ += step.size();
        return step.size();
    }
    void ended(std::uint64_t bytes_sent, bool whole) override { reading_->sent(bytes_sent, whole); }

  private:
    std::unique_ptr<Reading> reading_;
    ByteRange range_;
    std::uint64_t read_ = 0;
};

Result<UploadAbout> parse_about_paper(View json) {
    TRY(auto in, Fields::parse(json));
    auto about = about_paper(in);
    CHECK(in.done());
    return about;
}

Result<UploadAbout> parse_about_version(View json) {
    TRY(auto in, Fields::parse(json));
    auto about = about_version(in);
    CHECK(in.done());
    return about;
}

/// A paper or version coming in. Where a request with this key made one before, the body is read to its end all the same: whether
/// it is the same request shows then only, and a client that is still sending would not see the answer.
class Filing final : public BodySink, private PaperParts {
  public:
    using Begin = std::move_only_function<Result<std::unique_ptr<Upload>>(View about)>;
    using Show = std::move_only_function<Result<Response>(const Id16& made)>;
    using Render = std::function<Response(const PaperView&)>;
    Filing(const std::string& boundary, Once once, std::optional<Once::Former> former, Begin begin, Show show, Render render)
        : parts_(boundary, *this), once_(std::move(once)), former_(former), begin_(std::move(begin)), show_(std::move(show)),
          render_(std::move(render)) {}

    Result<void> add(View step) override { return parts_.add(step); }
    Result<Response> finish() override {
        CHECK(parts_.finish());
        Writer asked;
        asked.raw(about_).u64(size_).raw(content_.finish());
        once_.asks_for(crypto::sha256(asked.written()));
        if (!former_) {
            auto filed = upload_->finish();
            if (filed) return render_(*filed);
            // What is remembered under the key would be this very request's, and it was taken back.
            if (upload_->committed()) return std::unexpected(filed.error());
            CHECK(unless_made(std::unexpected(filed.error())));
        }
        TRY(auto made, once_.made_by(*former_));
        return show_(made);
    }

  private:
    Result<void> about(View json) override {
        about_ = crypto::sha256(json);
        if (former_) return {};
        auto begun = begin_(json);
        if (!begun) return unless_made(std::unexpected(begun.error()));
        upload_ = std::move(*begun);
        return {};
    }
    Result<void> content(View piece) override {
        content_.add(piece);
        size_ += piece.size();
        return former_ ? Result<void>{} : unless_made(upload_->add(piece));
    }

    /// The same request may have been under way already, and be what stands in the way of this one.
    Result<void> unless_made(Result<void> done) {
        if (done) return done;
        upload_.reset();
        TRY(former_, once_.former());
        return former_ ? Result<void>{} : done;
    }

    Multipart parts_;
    Once once_;
    std::optional<Once::Former> former_;
    Begin begin_;
    Show show_;
    Render render_;
    std::unique_ptr<Upload> upload_;
    Hash about_{};
    crypto::Sha256 content_;
    std::uint64_t size_ = 0;
};

struct Place {
    MatterId matter;
    DocumentId document;
};

Result<Place> place_in(const Call& call) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto document, call.id<DocumentId>("paper"));
    return Place{matter, document};
}

/// Of what a former request made, as it is now.
Filing::Show show_made(const Call& call, const MatterId& matter) {
    return [&house = call.house, who = call.who, matter](const Id16& made) -> Result<Response> {
        TRY(auto permit, house.gate.admit(who, strongroom::ListVersions{matter, {made}}, Opening::may_stand));
        TRY(auto paper, house.papers.view(permit));
        return answer(201, json_of(house, paper), paper.revision);
    };
}

Result<Answer> receive(const Call& call, const MatterId& matter, Once once, const std::string& boundary, Filing::Begin begin) {
    TRY(auto former, once.former());
    auto render = [&house = call.house](const PaperView& paper) { return answer(201, json_of(house, paper), paper.revision); };
    auto sink = std::make_unique<Filing>(boundary, std::move(once), former, std::move(begin), show_made(call, matter), render);
    return Answer(WantsStream{limits::paper_bytes_max + around_content_max, std::move(sink)});
}

Result<Answer> file_paper(const Call& call) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto boundary, multipart_boundary(call.request.headers.list("Content-Type").value_or("")));
    TRY(auto once, Once::asked(call, audit::SubjectKind::document));
    auto& house = call.house;
    TRY(auto permit, house.gate.admit(once.who(), strongroom::AddPaper{matter, DocumentId::fresh(house.gate.clock().now())}));
    auto begin = [&house, permit = std::move(permit)](View json) mutable -> Result<std::unique_ptr<Upload>> {
        TRY(auto about, parse_about_paper(json));
        return Upload::begin(house.gate, house.papers, house.packs, std::move(permit), std::move(about));
    };
    return receive(call, matter, std::move(once), boundary, std::move(begin));
}

Result<Answer> file_version(const Call& call) {
    TRY(auto place, place_in(call));
    TRY(auto revision, if_match(call.request));
    TRY(auto boundary, multipart_boundary(call.request.headers.list("Content-Type").value_or("")));
    TRY(auto once, Once::asked(call, audit::SubjectKind::document));
    auto& house = call.house;
    TRY(auto permit, house.gate.admit(once.who(), strongroom::AddVersion{place.matter, place.document}));
    auto begin = [&house, revision, permit = std::move(permit)](View json) mutable -> Result<std::unique_ptr<Upload>> {
        TRY(auto about, parse_about_version(json));
        return Upload::begin(house.gate, house.papers, house.packs, std::move(permit), revision, std::move(about));
    };
    return receive(call, place.matter, std::move(once), boundary, std::move(begin));
}

Response bytes_of(std::unique_ptr<Reading> reading, const ETag& tag, const std::optional<ByteRange>& range) {
    Response response{.status = range ? 206 : 200,
                      .headers = {{"Content-Type", "application/octet-stream"},
                                  {"Accept-Ranges", "bytes"},
                                  {"ETag", tag.text()}}};
    if (range) response.headers.add("Content-Range", content_range(*range, reading->size()));
    auto part = range.value_or(ByteRange{0, reading->size()});
    response.stream = std::make_unique<Sending>(std::move(reading), part);
    return response;
}

/// Nothing was asked for that there is: no more is sent, and that is the whole of it.
Response outside_of(Reading& reading, const Error& error, const RequestId& request) {
    auto response = problem_response(error, request);
    response.headers.add("Content-Range", content_range_unsatisfied(reading.size()));
    reading.sent(0, true);
    return response;
}

Result<bool> holds_already(const Request& request, const ETag& tag) {
    auto condition = request.headers.list("If-None-Match");
    if (!condition) return false;
    TRY(auto held, parse_etag_list(*condition));
    return !if_none_match_holds(held, tag);
}

Result<Response> read_paper(const Call& call, Query& query) {
    TRY(auto place, place_in(call));
    auto version = query.number_if("version", {1, UINT32_MAX});
    CHECK(query.done());
    auto& house = call.house;
    auto newest = house.papers.newest(place.matter, place.document);
    auto wanted = static_cast<std::uint32_t>(version.value_or(newest));
    TRY(auto permit, house.gate.admit(call.who, strongroom::OpenPaper{place.matter, place.document, wanted}, Opening::may_stand));
    auto content = house.papers.content_id(place.document, wanted);
    const ETag tag{.opaque = place.document.text() + "." + std::to_string(wanted) + "." + to_hex(View(content).last(8))};
    TRY(bool held, holds_already(call.request, tag));
    if (held && wanted > 0 && wanted <= newest) return Response{.status = 304, .headers = {{"ETag", tag.text()}}};
    TRY(auto reading, Reading::open(house.gate, house.papers, house.packs, std::move(permit)));
    auto range = requested_range(call.request.headers.list("Range"), call.request.headers.list("If-Range"), tag, reading->size());
    if (!range) return outside_of(*reading, range.error(), call.request.id);
    return bytes_of(std::move(reading), tag, *range);
}

Route filing(House& house, std::string pattern, std::string operation, Result<Answer> (*function)(const Call&)) {
    auto route = [&house, function](const Request& request, const Parameters& path) -> Result<Answer> {
        TRY(auto who, caller(house, request));
        CHECK(check_no_query(request));
        return function(Call{house, request, path, std::move(who)});
    };
    return {Method::post, std::move(pattern), std::move(operation), BodyKind::stream, route};
}

}  // namespace

std::vector<Route> paper_content(House& house) {
    const std::string all = "/api/v1/matters/{matter}/papers", one = all + "/{paper}";
    return {filing(house, all, "filePaper", file_paper), filing(house, one + "/versions", "fileVersion", file_version),
            asking(house, Method::get, one + "/content", "readPaper", read_paper)};
}

}  // namespace muniment::server::routes
