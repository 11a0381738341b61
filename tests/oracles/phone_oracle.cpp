// Reads what phone.mjs prints and compares it with what Gatepost makes of the same texts: the
// number that libphonenumber says, or none.
//
//   node phone.mjs 1 100 | phone_oracle phone 100
#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>
#include <gatepost/identity/normalise.hpp>

#include <iomanip>
#include <iostream>
#include <map>
#include <string>

using namespace gatepost;

namespace {

// E.164 has no more; libphonenumber knows longer ones inside some countries.
constexpr std::size_t most_digits = 15;
constexpr double enough = 0.99;

struct tally {
    long texts = 0;
    long readable = 0; // those in which libphonenumber finds the valid number that was written
    long kept = 0;     // and Gatepost too
    long misread = 0;  // those in which libphonenumber finds another valid number
    long wrong = 0;    // not libphonenumber's number, but one that it does not say

    double share() const {
        return readable == 0 ? 1 : static_cast<double>(kept) / static_cast<double>(readable);
    }
    void add(const tally& other) {
        texts += other.texts;
        readable += other.readable;
        kept += other.kept;
        misread += other.misread;
        wrong += other.wrong;
    }
};

tally compare(core::json::value line) {
    const auto said = line.find("said").text();
    const auto written = line.find("number").text();
    const auto ours =
        identity::normalise_phone(line.find("text").text(), line.find("region").text());
    const bool fits = !said.empty() && said.size() <= 1 + most_digits;
    const bool valid = fits && !written.empty() && *line.find("valid").boolean();
    const auto count = [](bool one) { return one ? 1L : 0L; };
    return {.texts = 1,
            .readable = count(valid && said == written),
            .kept = count(valid && said == written && ours.has_value()),
            .misread = count(valid && said != written),
            .wrong = count(ours && (!fits || *ours != said))};
}

void print(std::string_view name, const tally& one) {
    std::cout << std::left << std::setw(20) << name << std::right << std::setw(9) << one.texts
              << std::setw(10) << one.readable << std::setw(10) << one.readable - one.kept
              << std::setw(10) << one.misread << std::setw(7) << one.wrong << std::setw(9)
              << std::fixed << std::setprecision(2) << 100 * one.share() << " %\n";
}

} // namespace

int main(int argc, char** argv) {
    const auto count = argc == 3 ? core::parse_integer<long>(argv[2]) : std::nullopt;
    if (!count || argv[1] != std::string_view("phone")) {
        std::cerr << "usage: phone_oracle phone COUNT\n";
        return 64;
    }
    std::map<std::string, tally, std::less<>> forms;
    for (std::string line; std::getline(std::cin, line);) {
        const auto parsed = core::json::parse(line);
        if (!parsed) {
            std::cerr << "not JSON: " << line << "\n";
            return 1;
        }
        const auto found = compare(parsed->root());
        auto& form = forms[std::string(parsed->root().find("form").text())];
        form.add(found);
        if (found.wrong != 0 && form.wrong <= 10) {
            std::cerr << "wrong: " << line << "\n";
        }
    }
    std::cout << "form                    texts  readable  left out   misread  wrong     kept\n";
    tally all;
    bool good = !forms.empty();
    for (const auto& [name, form] : forms) {
        print(name, form);
        all.add(form);
        good = good && form.wrong == 0 && form.texts >= *count && form.share() >= enough;
    }
    print("all", all);
    return good ? 0 : 1;
}
