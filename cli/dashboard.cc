#include "cli/dashboard.h"

#include <utility>

#include <unistd.h>

#include "base/log.h"
#include "cli/summary.h"

namespace spinneret::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kInterval{1000};
constexpr milliseconds kLastPatience{1000};  // that those who look have to take the end

static_assert(DashboardServerOptions().max_clients + 6 < Dashboard::kFiles);

}  // namespace

Result<std::unique_ptr<Dashboard>> Dashboard::Listen(const std::string& text, const std::string& name) {
  Result<LoopbackAddress> address = LoopbackAddress::Parse(text);
  const Result<int> listener = address ? ListenOn(*address) : Result<int>(address.error());
  if (!listener) {
    return Err(listener.error().code, "--dashboard " + listener.error().message);
  }
  return std::unique_ptr<Dashboard>(new Dashboard(*std::move(address), *listener, name));
}

Dashboard::Dashboard(LoopbackAddress address, int listener, std::string name)
    : address_(std::move(address)), name_(std::move(name)), listener_(listener) {}

Dashboard::~Dashboard() {
  if (listener_ >= 0) {
    ::close(listener_);
  }
}

void Dashboard::Add(const PageGlance& page) {
  recent_.Add(page);
  if (page.status == 0 || page.status >= 400) {
    failed_.Add(page);
  }
}

std::shared_ptr<DashboardState> Dashboard::StateOf(const CrawlStatus& status) const {
  auto state = std::make_shared<DashboardState>();
  state->database = name_;
  state->status = status;
  state->course = course_.points();
  state->recent.assign(recent_.pages().rbegin(), recent_.pages().rend());
  state->failed.assign(failed_.pages().rbegin(), failed_.pages().rend());
  return state;
}

void Dashboard::Update(const CrawlStatus& status) {
  // Ticks come a little early or late.
  if (status.elapsed + kInterval / 10 < next_) {
    return;
  }
  next_ = status.elapsed + kInterval;
  if (listener_ >= 0) {
    Result<std::unique_ptr<DashboardServer>> server =
        DashboardServer::Start(std::exchange(listener_, -1), DashboardPage::Make(name_));
    if (!server) {
      Log(LogLevel::kWarning, server.error().message);
      return;
    }
    server_ = *std::move(server);
  }
  if (server_ != nullptr) {
    course_.Add(status);
    server_->Publish(StateOf(status));
  }
}

void Dashboard::Finish(const CrawlSummary& summary) {
  if (server_ == nullptr) {
    return;
  }
  std::shared_ptr<DashboardState> state = StateOf(summary.status);
  state->end = summary.reason;
  state->end_sentence = EndSentence(summary);
  server_->Finish(std::move(state), kLastPatience);
}

}  // namespace spinneret::cli
