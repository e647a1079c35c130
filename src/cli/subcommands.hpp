#pragma once

#include "cli/subcommand.hpp"

namespace notifier {

// Each is defined in the file of its name.
extern const Subcommand all_subcommand;
extern const Subcommand api_subcommand;
extern const Subcommand consume_subcommand;
extern const Subcommand migrate_subcommand;
extern const Subcommand status_subcommand;
extern const Subcommand list_subcommand;
extern const Subcommand summary_subcommand;
extern const Subcommand dead_letters_subcommand;
extern const Subcommand purge_subcommand;
extern const Subcommand config_subcommand;
extern const Subcommand render_subcommand;
extern const Subcommand healthcheck_subcommand;
extern const Subcommand send_subcommand;
extern const Subcommand secret_subcommand;

/// All that there are, in the order in which help lists them.
inline constexpr const Subcommand* subcommands[] = {
    &all_subcommand,    &api_subcommand,         &consume_subcommand,      &migrate_subcommand, &status_subcommand,
    &list_subcommand,   &summary_subcommand,     &dead_letters_subcommand, &purge_subcommand,   &config_subcommand,
    &render_subcommand, &healthcheck_subcommand, &send_subcommand,         &secret_subcommand,
};

}  // namespace notifier
