// What is to be written to the registry's file. A later change replaces an earlier one of the same
// key or visitor, so that a disk that fails for hours costs no more memory than the visitors who
// came.
#pragma once

#include "registry_memory.hpp"

#include <gatepost/core/sealed_record.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatepost::ledger {

class change_set {
  public:
    using scoped_key = std::pair<std::string, core::subject_key>; // the controller and the key
    using visitor = std::pair<std::string, std::vector<core::subject_key>>;
    struct dated_id {
        std::uint64_t id = 0;
        core::wall_time seen;
    };

    void add(const std::string& controller, const std::vector<key_change>& changes);
    void add(const waiting_denial& denial);
    // The date that the file keeps (retention_date.hpp).
    void keep_date(std::chrono::sys_seconds date) { date_ = date; }
    // Also those of the file.
    void forget_denials(std::uint64_t up_to);
    // As if what `later` holds had been added here.
    void absorb(change_set later);

    bool empty() const { return choices_.empty() && denials_.empty() && forgotten_ == 0 && !date_; }
    const std::map<scoped_key, held_choice>& choices() const { return choices_; }
    const std::map<visitor, dated_id>& denials() const { return denials_; }
    std::optional<std::chrono::sys_seconds> date() const { return date_; }
    // The denials up to this one go before the others come.
    std::uint64_t forgotten() const { return forgotten_; }

  private:
    std::map<scoped_key, held_choice> choices_;
    std::map<visitor, dated_id> denials_;
    std::uint64_t forgotten_ = 0;
    std::optional<std::chrono::sys_seconds> date_;
};

} // namespace gatepost::ledger
