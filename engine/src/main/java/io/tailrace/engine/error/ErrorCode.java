package io.tailrace.engine.error;

/**
 * The one table of stable error codes. A name never changes its meaning and is never reused; programs may match on it, the
 * command line and the HTTP API print it.
 */
public enum ErrorCode {
    /** The topic is not in the catalogue. */
    UNKNOWN_TOPIC(false),
    /** The topic exists, the partition number does not. */
    UNKNOWN_PARTITION(false),
    /** A topic name outside {@code [a-zA-Z0-9._-]{1,249}}, or {@code .} or {@code ..}. */
    INVALID_TOPIC_NAME(false),
    /** A topic of that name is already there. */
    TOPIC_EXISTS(false),
    /** A setting that is unknown, not honoured yet, or out of its range. */
    INVALID_SETTING(false),
    /** An argument of a call or a command is not usable. */
    INVALID_ARGUMENT(false),
    /** A record, or the batch that it needs, is larger than {@code max.message.bytes}. */
    RECORD_TOO_LARGE(false),
    /** An offset below the log's start or above its end was asked for. */
    OFFSET_OUT_OF_RANGE(false),
    /** Bytes that fail their checksum or contradict themselves, where they were once acknowledged: nothing is deleted. */
    CORRUPT_LOG(false),
    /** A batch that fails its checksum or is not well formed arrived; it was not stored. */
    CORRUPT_BATCH(false),
    /** A record that its topic does not take, one without a key where it is compacted for example; its batch was not stored. */
    INVALID_RECORD(false),
    /** The batch names a compression codec that this version does not know. */
    UNKNOWN_CODEC(false),
    /** A record decompresses to more than the reader is willing to hold. */
    DECOMPRESSION_LIMIT(false),
    /** Another process holds the data directory. */
    DATA_DIR_IN_USE(false),
    /** The data directory was written in a format that this version does not know. */
    DATA_DIR_VERSION(false),
    /** The data directory cannot be created, read or written. */
    DATA_DIR_UNUSABLE(false),
    /** The data directory belongs to another cluster than the nodes that its node was to join. */
    FOREIGN_CLUSTER(false),
    /** Two nodes of a cluster have the same name. */
    NODE_NAME_TAKEN(false),
    /** Two nodes have the same id: the data directory of one is a copy of the other's. */
    DUPLICATE_NODE_ID(false),
    /** The node did not become a member of its cluster in time: too few others were there. */
    CLUSTER_NOT_FORMED(true),
    /** Free disk space is below the floor: appends are refused, reads go on, appends resume when there is room. */
    DISK_FULL(true),
    /** Reading or writing a file failed; the log has stopped, since what is on disk is no longer known. */
    IO_FAILED(false),
    /** The partition has as much in flight as it may: send again after a pause. */
    PARTITION_BUSY(true),
    /** The partition is being elected or recovered: ask again. */
    PARTITION_UNAVAILABLE(true),
    /** The writer's epoch is over: somebody newer leads. */
    FENCED(true),
    /** A producer's batch does not continue the sequence of the one before. */
    OUT_OF_ORDER_SEQUENCE(true),
    /** The batch was stored before, so long ago that its offset is no longer known. */
    DUPLICATE_SEQUENCE(false),
    /** A newer epoch of the same producer id has written: this producer is a leftover. */
    PRODUCER_FENCED(false),
    /** Whether the records were stored is not known; sending them again with the same sequence is safe. */
    OUTCOME_UNKNOWN(true),
    /** Nobody answers for the catalogue of topics at the moment: ask again. */
    CATALOG_UNAVAILABLE(true),
    /** Nobody answers for the consumer groups at the moment: ask again. */
    COORDINATOR_UNAVAILABLE(true),
    /** There is no consumer group of that name. */
    UNKNOWN_GROUP(false),
    /** That cannot be done to a consumer group that has members: stop them first. */
    GROUP_ACTIVE(false),
    /** The partition is not, or no longer, the member's who commits: somebody else reads it from what was committed before. */
    STALE_COMMIT(false),
    /** The member was taken for dead, or another has its instance id: its partitions are others'. */
    MEMBER_FENCED(false),
    /**
     * Fewer nodes that can hold replicas are up than are needed, or one that is to hold a replica does not answer: start it, or ask
     * for fewer replicas.
     */
    NOT_ENOUGH_NODES(true),
    /** The node that was asked holds no replica of that partition: ask one that does. */
    NO_REPLICA(false),
    /** The node does not serve yet, or no longer: ask again. */
    NOT_READY(true),
    /** A bound that a setting names has been reached. */
    LIMIT_EXCEEDED(false),
    /** A request over HTTP that cannot be read: broken JSON, a wrong type, an illegal character, something missing. */
    MALFORMED_REQUEST(false),
    /** There is nothing at that path of the HTTP API. */
    NOT_FOUND(false),
    /** The path exists, the method does not. */
    METHOD_NOT_ALLOWED(false),
    /** The request's body is of a media type that is not understood there. */
    UNSUPPORTED_MEDIA_TYPE(false),
    /** None of the media types that the client accepts can be given. */
    NOT_ACCEPTABLE(false),
    /** The request, or one line of it, is larger than allowed. */
    REQUEST_TOO_LARGE(false),
    /** A defect of Tailrace; the node's log knows more. */
    INTERNAL_ERROR(false),
    /** No server answers at the address given. */
    SERVER_UNREACHABLE(true),
    /** Bytes could not be turned into an object, or an object into bytes. */
    SERIALIZATION_FAILED(false),
    /** A stream topology that cannot be run as it is: something is missing in it, or contradicts itself. */
    INVALID_TOPOLOGY(false),
    /** What a stream task keeps on disk is damaged; it is made again from the task's log when the task begins anew. */
    CORRUPT_STATE(true),
    /** A stream application has run with another topology than the one that is to run now: reset it, or give it another name. */
    INCOMPATIBLE_TOPOLOGY(false),
    /** No instance of a stream application of that name runs on any node. */
    UNKNOWN_APPLICATION(false),
    /** A function of a stream application threw, or an event that it cannot deal with has come. */
    PROCESSING_FAILED(false),
    /** The node, the producer or the consumer has been closed. */
    CLOSED(false);

    private final boolean retriable;

    ErrorCode(boolean retriable) {
        this.retriable = retriable;
    }

    /** Whether the same request may succeed later without anybody changing it. */
    public boolean retriable() {
        return retriable;
    }
}
