package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;

/** The one table from {@link ErrorCode} to the status of a response. */
final class ErrorTable {
    private ErrorTable() {}

    static int status(ErrorCode code) {
        return switch (code) {
            case MALFORMED_REQUEST,
                    INVALID_TOPIC_NAME,
                    INVALID_SETTING,
                    INVALID_ARGUMENT,
                    INVALID_RECORD,
                    SERIALIZATION_FAILED -> 400;
            case NO_REPLICA, NOT_FOUND, UNKNOWN_TOPIC, UNKNOWN_PARTITION, UNKNOWN_GROUP, UNKNOWN_APPLICATION -> 404;
            case METHOD_NOT_ALLOWED -> 405;
            case NOT_ACCEPTABLE -> 406;
            case TOPIC_EXISTS, GROUP_ACTIVE, STALE_COMMIT, MEMBER_FENCED, INCOMPATIBLE_TOPOLOGY -> 409;
            case REQUEST_TOO_LARGE, RECORD_TOO_LARGE -> 413;
            case UNSUPPORTED_MEDIA_TYPE -> 415;
            case OFFSET_OUT_OF_RANGE -> 416;
            case NOT_READY,
                    CATALOG_UNAVAILABLE,
                    COORDINATOR_UNAVAILABLE,
                    NOT_ENOUGH_NODES,
                    PARTITION_UNAVAILABLE,
                    PARTITION_BUSY,
                    FENCED,
                    OUTCOME_UNKNOWN,
                    CLOSED -> 503;
            case DISK_FULL, LIMIT_EXCEEDED -> 507;
            default -> 500;
        };
    }
}
