// MessageChannel: a pair of connected ports. What port1 posts arrives at port2, and the other way round.
//
//   MessageChannel<Question, Answer> channel;                       // port1 receives Question, port2 receives Answer
//   channel.port2.PostMessage(Question{…});                         // arrives at port1
//   worker.PostMessage(Start{std::move(channel.port1)});            // a port that has no listener yet can be moved on
#pragma once

#include <memory>
#include <utility>

#include "crawler/worker_threads/message_port.h"

namespace spinneret::worker_threads {

template <class ToPort1, class ToPort2>
struct MessageChannel {
  MessagePort<ToPort1, ToPort2> port1;
  MessagePort<ToPort2, ToPort1> port2;

  MessageChannel()
      : MessageChannel(std::make_shared<internal::Inbox<ToPort1>>(), std::make_shared<internal::Inbox<ToPort2>>()) {}

 private:
  MessageChannel(std::shared_ptr<internal::Inbox<ToPort1>> to_port1, std::shared_ptr<internal::Inbox<ToPort2>> to_port2)
      : port1(to_port1, to_port2), port2(to_port2, to_port1) {}
};

}  // namespace spinneret::worker_threads
