package io.tailrace.engine.replication.quorum;

import io.tailrace.engine.replication.Promise;
import io.tailrace.engine.replication.quorum.Message.PreVoteReply;
import io.tailrace.engine.replication.quorum.Message.PreVoteRequest;
import io.tailrace.engine.replication.quorum.Message.PromiseReply;
import io.tailrace.engine.replication.quorum.Message.PromiseRequest;
import org.jspecify.annotations.Nullable;

/** A voter's promise (rules 1 to 3): nothing is said of it before it is on the disk, and the log with it. */
final class Voting {
    private static final long STORED = 0;

    private final QuorumReplica replica;
    private Promise promise;
    /** What is on the disk. */
    private Promise stored;
    /** The store of the promise that is under way. */
    private long storeId = STORED;
    /** The one vote that waits for the disk; an older one is of a lower epoch and would be refused by now. */
    private @Nullable Vote waiting;

    private record Vote(ReplicaId nominee, PromiseRequest request) {}

    /** Goes by a promise that is on the disk. */
    Voting(QuorumReplica replica, Promise stored) {
        this.replica = replica;
        this.promise = stored;
        this.stored = stored;
    }

    /** The newest promise, whether it is on the disk yet or not: whoever comes too late for it is refused at once. */
    Promise promise() {
        return promise;
    }

    boolean isStored() {
        return storeId == STORED;
    }

    /** Whether the epoch has been promised to just this attempt, on the disk. */
    boolean isPromisedTo(Message.Request request) {
        return request.epoch() == promise.epoch() && request.incarnation().equals(promise.to()) && isStored();
    }

    /** Says what it knows; who asks gets no right by that. Who has no vote has no say here either. */
    void preVote(ReplicaId from, PreVoteRequest request) {
        if (replica.abstention().mayVote()) {
            Role role = replica.role();
            LogPosition position = replica.log().outline().position();
            PreVoteReply reply = new PreVoteReply(
                    request.epoch(),
                    request.question(),
                    promise.epoch(),
                    role.liveLeader(),
                    role.epoch,
                    position,
                    replica.voters());
            replica.out().send(from, reply);
        }
    }

    void request(ReplicaId from, PromiseRequest request) {
        if (!replica.abstention().mayVote()) {
            replica.out().decide(new Output.Ignored(from, "no promise: it abstains until it has caught up"));
            return;
        }
        if (!replica.rules().grants(promise, request)) {
            replica.out().send(from, reply(request, false));
            return;
        }
        boolean stepsUp = request.epoch() > promise.epoch();
        promise(request);
        if (stepsUp && !from.equals(replica.self())) {
            replica.follow(null, "epoch " + request.epoch() + " has been promised to " + from);
        }
        waiting = new Vote(from, request);
        answer();
    }

    /** Promises the request's epoch to who asks, or steps up to who leads it. */
    void promise(Message.Request request) {
        Promise wanted = new Promise(request.epoch(), request.incarnation());
        if (!promise.equals(wanted)) {
            promise = wanted;
            storeId = replica.out().io(id -> new Output.StorePromise(id, wanted));
        }
    }

    /** Whether that was the newest promise, which is on the disk now. */
    boolean stored(long id) {
        boolean newest = id == storeId;
        if (newest) {
            storeId = STORED;
            stored = promise;
        }
        return newest;
    }

    /**
     * Takes back the newest promise, which found no room (rule 11): nobody has been told of it, nothing was done because of it that a
     * restart would not undo.
     *
     * @return whether it was the newest; of an older one the newest tells what is on the disk
     */
    boolean takeBack(long id) {
        boolean newest = id == storeId;
        if (newest) {
            storeId = STORED;
            promise = stored;
            waiting = null;
        }
        return newest;
    }

    /** Answers the vote that waits, if all is on the disk that has to be. */
    void answer() {
        Vote vote = waiting;
        if (vote != null && replica.rules().mayReply(isStored(), replica.log().isDurable())) {
            waiting = null;
            if (replica.rules().grants(promise, vote.request)) {
                replica.out().send(vote.nominee, reply(vote.request, true));
            }
        }
    }

    private PromiseReply reply(PromiseRequest request, boolean granted) {
        return new PromiseReply(
                request.epoch(),
                request.incarnation(),
                granted,
                promise.epoch(),
                replica.log().outline().position(),
                replica.log().outline().start(),
                replica.highWatermark(),
                replica.voters());
    }
}
