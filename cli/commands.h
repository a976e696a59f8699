// One function per command: adds its subcommand to `app`; when the command line names it, its callback does the work
// and sets `exit_status` (exit_status.h).
#pragma once

namespace CLI {
class App;
}

namespace spinneret::cli {

void AddCrawlCommand(CLI::App& app, int& exit_status);
void AddResumeCommand(CLI::App& app, int& exit_status);
void AddQueryCommand(CLI::App& app, int& exit_status);
void AddStatsCommand(CLI::App& app, int& exit_status);
void AddReportCommand(CLI::App& app, int& exit_status);
void AddDiffCommand(CLI::App& app, int& exit_status);
void AddExportCommand(CLI::App& app, int& exit_status);
void AddAgentsCommand(CLI::App& app, int& exit_status);
void AddPullCommand(CLI::App& app, int& exit_status);
void AddPushCommand(CLI::App& app, int& exit_status);
void AddIndexCommand(CLI::App& app, int& exit_status);
void AddCtlCommand(CLI::App& app, int& exit_status);
void AddTuneCommand(CLI::App& app, int& exit_status);
void AddRobotsCommand(CLI::App& app, int& exit_status);
void AddSimwebCommand(CLI::App& app, int& exit_status);
void AddExtractCommand(CLI::App& app, int& exit_status);
void AddExplainCommand(CLI::App& app, int& exit_status);
void AddFetchCommand(CLI::App& app, int& exit_status);
void AddUrlCommand(CLI::App& app, int& exit_status);
void AddSitemapCommand(CLI::App& app, int& exit_status);
void AddDecodeCommand(CLI::App& app, int& exit_status);
void AddCheckCommand(CLI::App& app, int& exit_status);
void AddInitCommand(CLI::App& app, int& exit_status);
void AddCompletionCommand(CLI::App& app, int& exit_status);  // and man
void AddVersionCommand(CLI::App& app, int& exit_status);

}  // namespace spinneret::cli
