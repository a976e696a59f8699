// Must not compile: the message looks into its sender's memory.
#include <string>
#include <string_view>

#include "crawler/worker_threads/message_channel.h"

struct Line {
  int number;
  std::string_view text;
};

int main() {
  spinneret::worker_threads::MessageChannel<Line, int> channel;
  const std::string text = "gone soon";
  channel.port2.PostMessage(Line{1, text});
}
