// SPDX-License-Identifier: Apache-2.0
// What a bucket answers, and what an administrator writes down to come into one.
#include "fuzz.hpp"
#include "storage/open.hpp"
#include "storage/s3/answers.hpp"

using namespace muniment;
using namespace muniment::storage;

namespace {

bool lies_in(std::string_view part, std::string_view whole, const char* from) {
    return part.data() >= from && part.data() + part.size() <= whole.data() + whole.size();
}

std::string decoded(std::string_view encoded) {
    auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'A' + 10; };
    std::string plain;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] != '%') {
            plain += encoded[i];
            continue;
        }
        plain += static_cast<char>(digit(encoded[i + 1]) * 16 + digit(encoded[i + 2]));
        i += 2;
    }
    return plain;
}

}  // namespace

FUZZ_TARGET(bucket_answers) {
    auto xml = muniment::text(input);
    const char* from = xml.data();
    for (std::string_view element : {"Contents", "Upload"}) {
        for (auto inside : s3::each(xml, element)) {
            fuzz::must(lies_in(inside, xml, from), "an element that lies in another, or outside");
            fuzz::must(inside.find("</" + std::string(element) + ">") == std::string_view::npos, "an element beyond its end");
            from = inside.data() + inside.size();
        }
        from = xml.data();
    }
    for (std::string_view element : {"Code", "Key", "UploadId", "NextContinuationToken", "IsTruncated"}) {
        auto text = s3::text_of(xml, element);
        fuzz::must(text.size() <= xml.size(), "more text than was there");
        // It goes back to the server in an address: nothing in it may end the parameter, and it must come back as it is.
        auto encoded = s3::in_query(text);
        fuzz::must(encoded.find_first_of("&=?#/ \r\n") == std::string::npos, "a value that ends its parameter");
        fuzz::must(decoded(encoded) == text, "another value than the server gave");
    }
}

FUZZ_TARGET(bucket_credentials) {
    auto said = text(input);
    if (auto credentials = parse_s3_credentials(said)) {
        fuzz::must(!credentials->key.empty() && credentials->key.size() <= 256 && !credentials->secret.empty(), "half of a credential");
        for (char c : credentials->key) fuzz::must(c > ' ' && c <= '~' && c != ':', "a key that could end a header");
    }
    if (auto address = parse_s3_address(said)) {
        fuzz::must(address->first.find('/') == std::string::npos, "a bucket with a folder in its name");
        fuzz::must(address->second.empty() || address->second.ends_with('/'), "a prefix that runs into the names of packs");
    }
}
