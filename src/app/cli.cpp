#include "commands.hpp"
#include "core_dumps.hpp"

#include <gatepost/app/cli.hpp>

#include <CLI/CLI.hpp>

#include <functional>

namespace gatepost::app {
namespace {

using action = std::function<int()>;

void add_serve(CLI::App& app, action& chosen) {
    const auto file = std::make_shared<std::string>();
    auto* serve_command = app.add_subcommand("serve", "Run the daemon");
    serve_command->add_option("--config", *file, "YAML configuration")->required();
    serve_command->callback([&chosen, file] { chosen = [file] { return serve(*file); }; });

    auto* check_command =
        app.add_subcommand("check", "Check a configuration; reports every error (exit 78)");
    check_command->add_option("--config", *file, "YAML configuration")->required();
    check_command->callback([&chosen, file] { chosen = [file] { return check(*file); }; });
}

void add_explain(CLI::App& app, action& chosen) {
    const auto given = std::make_shared<visitor_arguments>();
    auto* command = app.add_subcommand(
        "explain", "Show what would be decided about a visitor, and why; sends and keeps nothing");
    command->add_option("--config", given->config_file, "YAML configuration (default: built in)");
    command->add_option("--cookie", given->cookies,
                        "A cookie, name=value, or a whole Cookie header");
    command->add_option("--header", given->headers, "A request header, Name:value");
    command->add_option("--country", given->country, "ISO 3166-1 alpha-2");
    command->add_option("--region", given->region, "ISO 3166-2 without the country");
    command->add_option("--tcf", given->tcf, "An IAB TC string");
    command->add_option("--gpp", given->gpp, "An IAB GPP string");
    command->add_flag("--stdin", given->from_stdin,
                      "Read events as JSON lines; one explanation a line");
    command->callback([&chosen, given] { chosen = [given] { return explain(*given); }; });
}

void add_hash(CLI::App& app, action& chosen) {
    struct arguments {
        std::string kind;
        std::string value;
        std::string region;
    };
    const auto given = std::make_shared<arguments>();
    auto* command = app.add_subcommand(
        "hash",
        "Normalise and hash an identifier as TikTok gets it: normalised value, tab, digest (none "
        "for what is not hashed)");
    command->add_option("kind", given->kind)->required()->check(CLI::IsMember(hash_kinds()));
    command->add_option("value", given->value, "- reads values from standard input, one a line")
        ->required();
    command->add_option("--region", given->region, "ISO 3166, to read a national phone number in");
    command->callback([&chosen, given] {
        chosen = [given] { return hash(given->kind, given->value, given->region); };
    });
}

void add_decisions(CLI::App& app, action& chosen) {
    struct arguments {
        std::string config_file;
        std::string since;
    };
    const auto given = std::make_shared<arguments>();
    auto* decisions = app.add_subcommand("decisions", "The audit trail");
    decisions->require_subcommand(1);
    auto* command = decisions->add_subcommand(
        "export", "Print the trail as JSON lines; they hold pseudonymous personal data");
    command->add_option("--config", given->config_file, "YAML configuration")->required();
    command
        ->add_option("--since", given->since,
                     "From this time on: 2026-11-22, 2026-11-22T18:00:00Z or seconds since 1970")
        ->required();
    command->callback([&chosen, given] {
        chosen = [given] { return export_decisions(given->config_file, given->since); };
    });
}

void add_token_file(CLI::App& command, std::string& into, const char* setting) {
    command.add_option("--token-file", into,
                       std::string("A file with the token to show (default: ") + setting +
                           " of the configuration)");
}

void add_operator_options(CLI::App& command, operator_arguments& into) {
    auto* url = command.add_option("--admin", into.admin, "The daemon's URL for operators");
    command
        .add_option(
            "--config", into.config_file,
            "Take the daemon's address from admin.http of this configuration, and its token")
        ->excludes(url);
    add_token_file(command, into.token_file, "admin.token_file");
    command.add_flag("--json", into.json, "Print the daemon's answer as it is");
}

void add_status(CLI::App& app, action& chosen) {
    const auto given = std::make_shared<operator_arguments>();
    auto* command = app.add_subcommand("status", "Show how the running daemon is");
    add_operator_options(*command, *given);
    command->callback([&chosen, given] { chosen = [given] { return show_status(*given); }; });
}

// Dead letters that are listed, or chosen by their ids or their reason.
void add_dead_letters(CLI::App& app, action& chosen) {
    auto* all = app.add_subcommand("dead-letters", "Events that were given up");
    all->require_subcommand(1);
    const auto add = [&](const char* name, const char* what,
                         int (*run)(const dead_letter_arguments&)) {
        const auto given = std::make_shared<dead_letter_arguments>();
        auto* command = all->add_subcommand(name, what);
        add_operator_options(*command, given->where);
        command->callback([&chosen, given, run] { chosen = [given, run] { return run(*given); }; });
        return std::pair(command, given.get());
    };
    const auto add_reason = [](CLI::App& to, dead_letter_arguments& given, const char* what) {
        to.add_option("--reason", given.reason, what)
            ->check(CLI::IsMember({"invalid", "failed_event", "expired"}));
    };
    const auto [list, listed] = add("list", "Show the newest", list_dead_letters);
    add_reason(*list, *listed, "Only those of this reason");
    list->add_option("--limit", listed->limit, "How many at most (default: 100)")
        ->check(CLI::Range(1, 1000));
    for (const auto& [command, given] :
         {add("replay", "Send them again, each under its event_id, unless the visitor withdrew",
              replay_dead_letters),
          add("delete", "Delete them for good", delete_dead_letters)}) {
        auto* which = command->add_option_group("Which", "One of these");
        which->add_option("--id", given->ids, "As dead-letters list shows them");
        add_reason(*which, *given, "All of this reason");
        which->require_option(1);
    }
}

void add_spool(CLI::App& app, action& chosen) {
    auto* spool = app.add_subcommand("spool", "The spool's files");
    spool->require_subcommand(1);
    const auto checked = std::make_shared<spool_check_arguments>();
    auto* check_command = spool->add_subcommand(
        "check",
        "Say whether the spool and the registry are whole; changes nothing (exit 1 if not)");
    auto* which = check_command->add_option_group("Which", "One of these");
    which->add_option("--config", checked->config_file, "YAML configuration");
    which->add_option("--path", checked->path,
                      "The spool's directory, or a file that was kept aside as damaged");
    which->require_option(1);
    check_command->add_option("--key-file", checked->key_file,
                              "Beside --path: the keys that events are encrypted under");
    check_command->callback(
        [&chosen, checked] { chosen = [checked] { return check_spool(*checked); }; });

    struct arguments {
        std::string config_file;
        std::string to;
    };
    const auto copied = std::make_shared<arguments>();
    auto* backup_command = spool->add_subcommand(
        "backup", "Copy the spool, the registry and their key while the daemon runs");
    backup_command->add_option("--config", copied->config_file, "YAML configuration")->required();
    backup_command->add_option("--to", copied->to, "A directory that has no backup yet")
        ->required();
    backup_command->callback([&chosen, copied] {
        chosen = [copied] { return back_up_spool(copied->config_file, copied->to); };
    });
}

void add_upload(CLI::App& app, action& chosen) {
    const auto given = std::make_shared<upload_arguments>();
    auto* command = app.add_subcommand(
        "upload", "Post a file of offline events to the running daemon; goes on where it stopped");
    command
        ->add_option("file", given->file,
                     "CSV with a header line, or NDJSON; - reads standard "
                     "input, which cannot be gone on with")
        ->required();
    auto* to = command->add_option("--to", given->to, "The daemon's URL");
    command
        ->add_option("--config", given->config_file,
                     "Take the daemon's address from listen.http of this configuration, and its "
                     "token")
        ->excludes(to);
    add_token_file(*command, given->token_file, "auth.token_file");
    command->add_option("--pixel", given->pixel, "Pixel of rows that name none");
    command->add_option("--event", given->event, "Event of rows that name none");
    command->add_option("--format", given->format, "csv or ndjson (default: by the file's name)")
        ->check(CLI::IsMember({"csv", "ndjson"}));
    command->add_option("--progress", given->progress_file,
                        "Where to keep how far it has come (default: FILE.gatepost-progress)");
    command->add_flag("--dry-run", given->dry_run,
                      "Ask what would be decided; nothing is sent or kept");
    command->add_flag("--restart", given->restart, "Begin anew, whatever was uploaded before");
    command->callback([&chosen, given] { chosen = [given] { return upload(*given); }; });
}

void add_send_test(CLI::App& app, action& chosen) {
    const auto given = std::make_shared<test_event_arguments>();
    auto* command = app.add_subcommand(
        "send-test",
        "Send one event under TikTok's Test Events and show what TikTok answers. - in place of an "
        "e-mail, phone number, external id, click id or address reads it from a line of standard "
        "input, in this order");
    command->add_option("--config", given->config_file, "YAML configuration")->required();
    command->add_option("--pixel", given->pixel, "Which pixel, where several are configured");
    command->add_option("--test-event-code", given->test_event_code,
                        "As Events Manager shows it (default: the pixel's own)");
    command->add_option("--event", given->event,
                        "Event name (default: ViewContent; offline Purchase, crm Lead)");
    command->add_option("--email", given->email, "Who the visitor is; nobody by default");
    command->add_option("--phone", given->phone, "The same");
    command->add_option("--external-id", given->external_id, "The same");
    command->add_option("--ttclid", given->ttclid, "A TikTok click id");
    command->add_option("--ip", given->ip, "The visitor's address");
    command->add_option("--user-agent", given->user_agent, "The visitor's user agent");
    command->add_option("--url", given->url, "The page");
    command->add_option("--app-id", given->app_id, "Needed for pixels of source app");
    command->add_option("--lead-id", given->lead_id, "Needed for pixels of source crm");
    command->callback([&chosen, given] { chosen = [given] { return send_test(*given); }; });
}

void add_sandbox(CLI::App& app, action& chosen) {
    struct arguments {
        std::string listen = "127.0.0.1:8789";
        bool tls = false;
        std::string ca_out;
    };
    const auto given = std::make_shared<arguments>();
    auto* command =
        app.add_subcommand("sandbox", "A strict stand-in for TikTok's API, to try against");
    command->add_option("--listen", given->listen, "Address and port")->capture_default_str();
    command->add_flag("--tls", given->tls, "Speak TLS with a certificate made at start");
    command->add_option("--ca-out", given->ca_out, "Write that certificate to a file");
    command->callback([&chosen, given] {
        const auto address = net::parse_listen_address(given->listen);
        if (!address) {
            throw CLI::ValidationError("--listen", "expected an address and a port");
        }
        chosen = [given, address] {
            return run_sandbox({.listen = *address, .tls = given->tls, .ca_out = given->ca_out});
        };
    });
}

} // namespace

int run(int argc, char** argv) {
    forbid_core_dumps(); // before there is a secret
    action chosen;
    CLI::App app("Gatepost: a consent gate for server-side conversion events", "gatepost");
    app.require_subcommand(1);
    add_serve(app, chosen);
    add_explain(app, chosen);
    add_hash(app, chosen);
    add_decisions(app, chosen);
    add_upload(app, chosen);
    add_send_test(app, chosen);
    add_status(app, chosen);
    add_dead_letters(app, chosen);
    add_spool(app, chosen);
    add_sandbox(app, chosen);
    app.add_subcommand("version", "Print the version")->callback([&chosen] {
        chosen = print_version;
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? done : wrong_usage;
    }
    return chosen();
}

} // namespace gatepost::app
