#include "pixel_properties.hpp"

#include "sparse_object.hpp"

#include <string_view>

namespace gatepost::tiktok {
namespace {

using core::json::value;
using core::json::writer;

void write_content(writer& out, value content, std::string_view content_type) {
    if (!content.is_object()) {
        out.copy(content);
        return;
    }
    out.begin_object();
    if (!content_type.empty() && content.find("content_type").is_null()) {
        out.member("content_type", content_type);
    }
    content.each_member([&out](std::string_view name, value member) {
        if (!member.is_null()) {
            out.key(name).copy(member);
        }
    });
    out.end_object();
}

void write_contents(writer& out, value contents, std::string_view content_type) {
    out.begin_array();
    contents.each_element([&](value content) { write_content(out, content, content_type); });
    out.end_array();
}

void write_content_of(writer& out, value id, std::string_view content_type) {
    out.begin_object();
    if (!content_type.empty()) {
        out.member("content_type", content_type);
    }
    out.key("content_id").copy(id);
    out.end_object();
}

// `ids` is one or a list of them.
void write_contents_of(writer& out, value ids, std::string_view content_type) {
    out.begin_array();
    if (ids.is_array()) {
        ids.each_element([&](value id) { write_content_of(out, id, content_type); });
    } else {
        write_content_of(out, ids, content_type);
    }
    out.end_array();
}

} // namespace

void write_pixel_properties(writer& out, value properties) {
    const auto contents = properties.find("contents");
    const auto ids = properties.find("content_ids");
    const bool has_items = contents.is_array() && contents.size() > 0;
    const bool has_ids = ids.is_string() || (ids.is_array() && ids.size() > 0);
    const bool ids_become_items =
        has_ids && (contents.is_null() || contents.is_array()) && !has_items;
    const bool type_moves = has_items || ids_become_items;
    const auto content_type = properties.find("content_type").text();

    sparse_object to(out, "properties");
    properties.each_member([&](std::string_view name, value member) {
        if (member.is_null() || (name == "content_type" && type_moves)) {
            return;
        }
        if (name == "contents" && contents.is_array()) {
            if (!ids_become_items) {
                write_contents(to.key(name), contents, content_type);
            }
        } else if (name == "content_ids" && ids_become_items) {
            write_contents_of(to.key("contents"), ids, content_type);
        } else if (name == "search_string" && properties.find("query").is_null()) {
            to.key("query").copy(member);
        } else {
            to.key(name).copy(member);
        }
    });
}

} // namespace gatepost::tiktok
