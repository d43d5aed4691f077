package io.tailrace.test.simulation;

import io.tailrace.engine.replication.quorum.Message;

/** Short names for what coverage counts. */
final class Described {
    private Described() {}

    static String kind(Message message) {
        String name = message.getClass().getSimpleName();
        if (message instanceof Message.PreVoteReply reply) {
            return name + (reply.leader() == null ? " without leader" : " with leader");
        }
        if (message instanceof Message.PromiseReply reply) {
            return name + (reply.granted() ? " granted" : " refused");
        }
        if (message instanceof Message.AppendReply reply) {
            return name + " " + reply.outcome();
        }
        if (message instanceof Message.CopyReply reply) {
            return name + " " + reply.outcome();
        }
        if (message instanceof Message.AppendRequest request) {
            return name + (request.batches().isEmpty() ? " empty" : " with batches");
        }
        return name;
    }
}
