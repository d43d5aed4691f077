package io.tailrace.cluster.quota;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Objects;

/**
 * Who uses a door.
 *
 * @param principal whom it was authenticated as; {@link #ANONYMOUS}, since nobody is authenticated yet
 * @param clientId what it calls itself, empty if it does not: those that do not are one client together
 */
public record ClientIdentity(String principal, String clientId) {
    /** The principal of who was not authenticated. */
    public static final String ANONYMOUS = "anonymous";

    /** Throws INVALID_ARGUMENT for a client id that is longer than {@link QuotaEntity#MAX_NAME}, since such names are kept. */
    public ClientIdentity {
        Objects.requireNonNull(principal, "principal");
        if (clientId.length() > QuotaEntity.MAX_NAME) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The client id has " + clientId.length() + " characters: use at most " + QuotaEntity.MAX_NAME
                            + ".");
        }
    }

    /** One that was not authenticated. */
    public static ClientIdentity anonymous(String clientId) {
        return new ClientIdentity(ANONYMOUS, clientId);
    }
}
