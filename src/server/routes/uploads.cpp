// SPDX-License-Identifier: Apache-2.0
// Uploads in pieces, by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload) with its extensions creation,
// creation-with-upload, termination and expiration. What is said of the paper comes as JSON when the upload is begun, never in a
// header (docs/decisions/0010-uploads-in-pieces.md); the address that is given then is what a tus client works with.
#include "base/limits.hpp"
#include "server/http/response_head.hpp"
#include "server/problem_json.hpp"
#include "server/routes/once.hpp"
#include "server/routes/paging.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/upload_about.hpp"
#include "strongroom/matters/open_uploads.hpp"

namespace muniment::server::routes {

namespace json = boost::json;
using access::Opening;
using strongroom::OpenUploads;
using strongroom::UploadInPieces;

namespace {

constexpr std::string_view version = "1.0.0", extensions = "creation,creation-with-upload,termination,expiration";
constexpr std::string_view piece_type = "application/offset+octet-stream";

std::string address_of(const UploadInPieces& upload) {
    return "/api/v1/matters/" + upload.matter.text() + "/uploads/" + upload.id.text();
}

json::object json_of(const UploadInPieces& upload) {
    json::object said{{"id", upload.id.text()},
                      {"matter", upload.matter.text()},
                      {"state", upload.filed ? "filed" : "open"},
                      {"size", upload.size},
                      {"offset", upload.offset()},
                      {"begun", to_rfc3339(upload.begun)},
                      {"expires", to_rfc3339(upload.expires())},
                      {"address", address_of(upload)},
                      {"paper", nullptr}};
    if (upload.filed || upload.version > 1) said["paper"] = upload.document.text();
    if (upload.filed) {
        said["version"] = upload.version;
        return said;
    }
    said["name"] = upload.about.name;
    said["folder"] = nullptr;
    if (!upload.about.folder.is_nil()) said["folder"] = upload.about.folder.text();
    if (upload.if_revision > 0) said["revision"] = upload.if_revision;
    if (upload.about.modified) said["modified"] = to_rfc3339(*upload.about.modified);
    if (upload.about.sha256) said["sha256"] = to_hex(*upload.about.sha256);
    return said;
}

Response tus(Response response) {
    response.headers.add("Tus-Resumable", std::string(version));
    return response;
}

/// What a tus client wants to know of an upload, whatever it asked.
Response tus(Response response, const UploadInPieces& upload) {
    response.headers.add("Upload-Offset", std::to_string(upload.offset()));
    response.headers.add("Upload-Length", std::to_string(upload.size));
    response.headers.add("Upload-Expires", imf_date(upload.expires()));
    return tus(std::move(response));
}

Response begun(const UploadInPieces& upload) {
    auto response = tus(answer(201, json_of(upload)), upload);
    response.headers.add("Location", address_of(upload));
    return response;
}

struct Named {
    MatterId matter;
    UploadId upload;
};

Result<Named> named_in(const Call& call) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto upload, call.id<UploadId>("upload"));
    return Named{matter, upload};
}

Result<UploadInPieces> look(const Call& call, const Named& named) {
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::SendPiece{named.matter, named.upload}));
    return call.house.uploads.look(permit);
}

/// begin(permit) → Result<UploadInPieces>.
template <class Begin>
Result<Response> begin_once(const Call& call, const MatterId& matter, const DocumentId& document, const Begin& begin) {
    TRY(auto once, Once::asked(call, audit::SubjectKind::other));
    auto make = [&](const access::Principal& who) -> Result<Response> {
        TRY(auto permit, call.house.gate.admit(who, strongroom::BeginUpload{matter, document, UploadId::random()}));
        TRY(auto upload, begin(std::move(permit)));
        return begun(upload);
    };
    auto show = [&](const Id16& made) -> Result<Response> {
        TRY(auto upload, look(call, {matter, {made}}));
        return begun(upload);
    };
    return once.answer(make, show);
}

Result<Response> begin_upload(const Call& call, Fields& in) {
    TRY(auto matter, call.id<MatterId>("matter"));
    auto about = about_paper(in);
    CHECK(in.done());
    auto begin = [&](auto permit) { return call.house.uploads.begin(std::move(permit), about); };
    return begin_once(call, matter, DocumentId::fresh(call.house.gate.clock().now()), begin);
}

Result<Response> begin_version_upload(const Call& call, Fields& in) {
    TRY(auto matter, call.id<MatterId>("matter"));
    TRY(auto paper, call.id<DocumentId>("paper"));
    TRY(auto revision, if_match(call.request));
    auto about = about_version(in);
    CHECK(in.done());
    auto begin = [&](auto permit) { return call.house.uploads.begin_version(std::move(permit), revision, about); };
    return begin_once(call, matter, paper, begin);
}

Result<Response> list_uploads(const Call& call, Query& query) {
    TRY(auto paging, Paging::asked(call, query));
    CHECK(query.done());
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::ListUploads{}, Opening::may_stand));
    TRY(auto uploads, call.house.uploads.list(permit));
    return paging.page(uploads, [](const auto& u) { return u.id.bytes; }, [](const auto& u) { return json_of(u); });
}

/// One piece, as it comes.
class Receiving final : public BodySink {
  public:
    Receiving(std::unique_ptr<OpenUploads::Piece> piece, int status, std::string location)
        : piece_(std::move(piece)), status_(status), location_(std::move(location)) {}
    Result<void> add(View step) override { return piece_->add(step); }
    Result<Response> finish() override {
        TRY(auto upload, piece_->finish());
        Response response{.status = status_};
        if (!location_.empty()) response.headers.add("Location", location_);
        return tus(std::move(response), upload);
    }

  private:
    std::unique_ptr<OpenUploads::Piece> piece_;
    int status_;
    std::string location_;
};

Result<Answer> receive(const Call& call, const Named& named, std::uint64_t offset, int status, std::string location = {}) {
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::SendPiece{named.matter, named.upload}));
    TRY(auto piece, call.house.uploads.go_on(std::move(permit), offset));
    auto left = piece->size() - offset;
    return Answer(WantsStream{left, std::make_unique<Receiving>(std::move(piece), status, std::move(location))});
}

Result<std::uint64_t> number_header(const Request& request, std::string_view name) {
    auto spelled = request.headers.list(name);
    auto number = spelled ? parse_number(*spelled) : std::nullopt;
    if (!number) return fail(Problem::malformed, std::string(name) + " must be a number of bytes");
    return *number;
}

Result<Answer> send_piece(const Call& call) {
    TRY(auto named, named_in(call));
    CHECK(check_content_type(call.request, piece_type));
    TRY(auto offset, number_header(call.request, "Upload-Offset"));
    return receive(call, named, offset, 204);
}

/// tus' creation, of what was begun by JSON already: for clients that can only begin by themselves. It may bring the first piece.
Result<Answer> open_upload(const Call& call) {
    TRY(auto named, named_in(call));
    if (!call.request.headers.list("Upload-Metadata").value_or("").empty())
        return fail(Problem::malformed, "nothing is said of a paper in a header: Upload-Metadata must be empty");
    TRY(auto size, number_header(call.request, "Upload-Length"));
    TRY(auto upload, look(call, named));
    if (size != upload.size) return fail(Problem::conflict, "the upload was begun with another size");
    if (!call.request.has_body()) return Answer(begun(upload));
    CHECK(check_content_type(call.request, piece_type));
    return receive(call, named, 0, 201, address_of(upload));
}

Result<Answer> upload_state(const Call& call) {
    TRY(auto named, named_in(call));
    TRY(auto upload, look(call, named));
    return Answer(tus(answer(200, json_of(upload)), upload));
}

Result<Answer> cancel_upload(const Call& call) {
    TRY(auto named, named_in(call));
    TRY(auto permit, call.house.gate.admit(call.who, strongroom::CancelUpload{named.matter, named.upload}));
    CHECK(call.house.uploads.cancel(std::move(permit)));
    return Answer(tus(no_content()));
}

Result<Answer> upload_options(const Call&) {
    auto response = tus(no_content());
    response.headers.add("Tus-Version", std::string(version));
    response.headers.add("Tus-Extension", std::string(extensions));
    response.headers.add("Tus-Max-Size", std::to_string(limits::paper_bytes_max));
    return Answer(std::move(response));
}

/// Who sends something by tus says which version of it. Looking at an upload's state is an affair of ours too.
Result<void> check_version(const Request& request) {
    auto spoken = request.headers.list("Tus-Resumable");
    bool needed = request.method != Method::get && request.method != Method::options;
    if (spoken ? *spoken == version : !needed) return {};
    return fail(Problem::tus_version, "the header Tus-Resumable does not say 1.0.0");
}

/// Every answer says which version of tus it speaks, refusals too. Failures of ours go the way of all others, to be journalled.
Route tus_route(House& house, Method method, std::string pattern, std::string operation, BodyKind body,
                Result<Answer> (*function)(const Call&)) {
    auto route = [&house, function](const Request& request, const Parameters& path) -> Result<Answer> {
        auto answered = [&]() -> Result<Answer> {
            TRY(auto who, caller(house, request));
            CHECK(check_no_query(request));
            CHECK(check_version(request));
            return function(Call{house, request, path, std::move(who)});
        }();
        if (answered || http_status(answered.error().problem) >= 500) return answered;
        auto refusal = tus(problem_response(answered.error(), request.id));
        if (answered.error().problem == Problem::tus_version) refusal.headers.add("Tus-Version", std::string(version));
        return Answer(std::move(refusal));
    };
    return {method, std::move(pattern), std::move(operation), body, route};
}

}  // namespace

std::vector<Route> uploads(House& house) {
    const std::string matter = "/api/v1/matters/{matter}", one = matter + "/uploads/{upload}";
    return {telling(house, Method::post, matter + "/uploads", "beginUpload", begin_upload),
            telling(house, Method::post, matter + "/papers/{paper}/uploads", "beginVersionUpload", begin_version_upload),
            asking(house, Method::get, "/api/v1/uploads", "listUploads", list_uploads),
            tus_route(house, Method::get, one, "viewUpload", BodyKind::none, upload_state),
            tus_route(house, Method::patch, one, "sendPiece", BodyKind::stream, send_piece),
            tus_route(house, Method::post, one, "openUpload", BodyKind::stream, open_upload),
            tus_route(house, Method::del, one, "cancelUpload", BodyKind::none, cancel_upload),
            tus_route(house, Method::options, one, "uploadOptions", BodyKind::none, upload_options)};
}

}  // namespace muniment::server::routes
