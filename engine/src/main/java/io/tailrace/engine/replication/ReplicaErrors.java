package io.tailrace.engine.replication;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import io.tailrace.engine.replication.quorum.Output;
import io.tailrace.engine.replication.quorum.ReplicaDisk;
import java.io.IOException;
import java.nio.file.Path;

/** Why one replica does not do what it was asked, in words. */
final class ReplicaErrors {
    private final Path directory;
    private final ReplicaDisk disk;

    ReplicaErrors(Path directory, ReplicaDisk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    private String name() {
        return "Partition " + directory.getFileName();
    }

    /** There is nothing to be had here any more. */
    TailraceException ended(ErrorCode reason) {
        String what =
                switch (reason) {
                    case UNKNOWN_TOPIC -> "has been deleted with its topic: there is nothing to read or write.";
                    case PARTITION_UNAVAILABLE -> "is not to be had here any more, or is being repaired: ask again.";
                    default -> "is closed: start the node again.";
                };
        return new TailraceException(reason, name() + " " + what);
    }

    /** A file beside the log cannot be read or written. */
    TailraceException unreadable(IOException why) {
        return new TailraceException(
                ErrorCode.IO_FAILED,
                "The files in " + directory + " cannot be looked through or mended (" + why.getMessage()
                        + "): check the disk.",
                why);
    }

    /** What a leader says to something that it does not do. */
    TailraceException refusal(ErrorCode code) {
        return switch (code) {
            case DISK_FULL -> full();
            case FENCED -> fenced("Another epoch has begun.");
            case PARTITION_BUSY ->
                new TailraceException(code, name() + " is writing as much as it may: send again after a pause.");
            default -> new TailraceException(code, name() + " does not take this: it does not follow the log's end.");
        };
    }

    /** Why the voters have not changed. */
    TailraceException votersStay(Output.VotersRefused refused) {
        return refused.code() == ErrorCode.DISK_FULL
                ? full()
                : new TailraceException(refused.code(), name() + " keeps its voters: " + refused.why() + ".");
    }

    TailraceException recoveryRefused(String why) {
        return new TailraceException(
                ErrorCode.INVALID_ARGUMENT, name() + " needs no unclean recovery on this node: " + why + ".");
    }

    TailraceException votersUnknown() {
        return new TailraceException(
                ErrorCode.OUTCOME_UNKNOWN,
                name() + " is led by somebody else: whether its voters change will be seen by who leads it.");
    }

    /** Why a nomination has come to nothing. */
    TailraceException notLeading(Output.NominationOver ended) {
        return switch (ended.code()) {
            case DISK_FULL -> full();
            case PARTITION_UNAVAILABLE ->
                new TailraceException(ended.code(), name() + " cannot be led from here: " + ended.why() + ".");
            default -> lost(ended.why());
        };
    }

    private TailraceException full() {
        return new TailraceException(
                ErrorCode.DISK_FULL,
                "The disk with " + directory + " is full, nothing was stored: free some space, writing resumes then.");
    }

    private TailraceException fenced(String why) {
        return new TailraceException(ErrorCode.FENCED, name() + " is not led by this writer: " + why);
    }

    /** Leading has ended, since the disk has failed or since somebody else leads. */
    TailraceException lost(String why) {
        TailraceException failed = disk.failure();
        return failed == null ? fenced(why) : failed;
    }

    TailraceException stopped(String why) {
        TailraceException failed = disk.failure();
        return failed == null
                ? new TailraceException(
                        ErrorCode.INTERNAL_ERROR,
                        name() + " has stopped, so as to do no harm: " + why + ". Look into the node's log.")
                : failed;
    }
}
