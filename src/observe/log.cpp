#include <gatepost/core/clock.hpp>
#include <gatepost/core/json.hpp>
#include <gatepost/observe/log.hpp>

#include <fmt/chrono.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>

namespace gatepost::observe {
namespace {

std::atomic<log_format> chosen_format = log_format::json;

spdlog::level::level_enum to_spdlog(level severity) {
    switch (severity) {
    case level::debug:
        return spdlog::level::debug;
    case level::info:
        return spdlog::level::info;
    case level::warn:
        return spdlog::level::warn;
    case level::error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

std::string_view name_of(level severity) {
    switch (severity) {
    case level::debug:
        return "debug";
    case level::info:
        return "info";
    case level::warn:
        return "warn";
    case level::error:
        return "error";
    }
    return "info";
}

const std::shared_ptr<spdlog::logger>& logger() {
    static const auto instance = [] {
        auto made = std::make_shared<spdlog::logger>(
            "gatepost", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        made->set_pattern("%v");
        return made;
    }();
    return instance;
}

std::string timestamp() {
    const auto now = core::system_clock().wall();
    const auto fraction = now.time_since_epoch().count() % 1000;
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(now)), fraction);
}

void write_value(core::json::writer& out, const field& given) {
    std::visit(
        [&out](auto value) {
            if constexpr (std::is_same_v<decltype(value), std::string_view>) {
                out.string(value);
            } else if constexpr (std::is_same_v<decltype(value), bool>) {
                out.boolean(value);
            } else if constexpr (std::is_same_v<decltype(value), double>) {
                out.number(value);
            } else {
                out.integer(value);
            }
        },
        given.value);
}

std::string as_json(level severity, std::string_view message, std::initializer_list<field> fields) {
    core::json::writer out;
    out.begin_object().member("time", timestamp()).member("level", name_of(severity));
    out.member("message", message);
    for (const auto& given : fields) {
        out.key(given.name);
        write_value(out, given);
    }
    out.end_object();
    return out.take();
}

std::string as_text(level severity, std::string_view message, std::initializer_list<field> fields) {
    std::string line = fmt::format("{} {:5} {}", timestamp(), name_of(severity), message);
    for (const auto& given : fields) {
        core::json::writer value;
        write_value(value, given);
        line += fmt::format(" {}={}", given.name, value.view());
    }
    return line;
}

} // namespace

void configure_log(const log_options& chosen) {
    chosen_format = chosen.format;
    set_log_level(chosen.level);
}

void set_log_level(level least) {
    logger()->set_level(to_spdlog(least));
}

void log(level severity, std::string_view message, std::initializer_list<field> fields) {
    const auto threshold = to_spdlog(severity);
    if (!logger()->should_log(threshold)) {
        return;
    }
    logger()->log(threshold, chosen_format == log_format::json
                                 ? as_json(severity, message, fields)
                                 : as_text(severity, message, fields));
}

} // namespace gatepost::observe
