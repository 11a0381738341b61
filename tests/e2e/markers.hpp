// Texts that stand nowhere but where a test has put them, and a search for them in whatever a
// program has written, in any of the ways in which it might have written them down.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace gatepost::test {

// Where a marker may be found, and no more than there.
enum class allowed {
    nowhere,
    while_it_waits, // in the spool's files, until the event is settled
    as_proof,       // there, in the audit trail, and where operators are shown either
    as_dead_letter, // in the spool's files and where operators are shown dead letters
};

struct marker {
    std::string name;
    std::string text;
    allowed where = allowed::nowhere;
};

// A place's name and all that stands there.
using places = std::map<std::string, std::string>;

class planted {
  public:
    // A new marker, to be put into a request: letters and digits in both cases.
    std::string never(const std::string& name) { return plant(name, allowed::nowhere); }
    std::string waits(const std::string& name) { return plant(name, allowed::while_it_waits); }
    std::string proves(const std::string& name) { return plant(name, allowed::as_proof); }
    std::string dies(const std::string& name) { return plant(name, allowed::as_dead_letter); }
    // One whose text is given.
    std::string keep(const std::string& name, const std::string& text, allowed where);
    // SHA-256, by sha256sum, of what a given text is made to before it is hashed: may wait.
    void hashed(const std::string& name, const std::string& normalised);

    const std::vector<marker>& all() const { return all_; }

  private:
    std::string plant(const std::string& name, allowed where);

    std::vector<marker> all_;
};

// What stands somewhere, made ready to be searched for many texts.
class searched {
  public:
    explicit searched(const std::string& bytes);

    // In which writing the text stands there: "raw" (in any case of its letters),
    // "percent-encoded", "hex" or "base64"; "" for none.
    std::string writing_of(const std::string& text) const;

  private:
    std::string folded_; // in lower case
    std::string base64_; // as it is, but in the usual alphabet of base64
};

// A line "marker: place: writing" for each that stands where it may not. `may` says for a marker
// and a place's name whether it may.
std::vector<std::string> leaks(const planted& markers, const places& shown,
                               bool (*may)(const marker& what, const std::string& place));

} // namespace gatepost::test
