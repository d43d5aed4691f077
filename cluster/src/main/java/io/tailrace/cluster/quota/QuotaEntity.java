package io.tailrace.cluster.quota;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whom a quota is for, as in Kafka (KIP-55, KIP-546): a principal, a client id, or the two together, each by its name or as the default for those that
 * have none of their own.
 *
 * @param principal {@link Part#ANY} if it does not matter
 * @param clientId {@link Part#ANY} if it does not matter
 */
public record QuotaEntity(Part principal, Part clientId) {
    /** The longest name, as of a consumer group. */
    public static final int MAX_NAME = 255;

    /** One half of whom a quota is for. */
    public record Part(@Nullable String name, boolean isDefault) {
        /** Whoever it is; all of them share what the other half says. */
        public static final Part ANY = new Part(null, false);

        /** Each that has no quota by its name, for itself. */
        public static final Part DEFAULT = new Part(null, true);

        /** That one. */
        public static Part named(String name) {
            return new Part(Objects.requireNonNull(name, "name"), false);
        }

        /** Whether it does not matter. */
        public boolean isAny() {
            return name == null && !isDefault;
        }

        private void check(String what) {
            String given = name;
            if (given != null
                    && (given.isEmpty()
                            || given.length() > MAX_NAME
                            || given.chars().anyMatch(Character::isISOControl))) {
                throw new TailraceException(
                        ErrorCode.INVALID_ARGUMENT,
                        "This cannot be a " + what + " of a quota: give 1 to " + MAX_NAME
                                + " characters, none of them a control character.");
            }
        }

        private String text(String what) {
            return isDefault ? "the default " + what : what + " '" + name + "'";
        }
    }

    /** Throws INVALID_ARGUMENT if it cannot have a quota: it is nobody, or a name is none. */
    void check() {
        if (principal.isAny() && clientId.isAny()) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "A quota has to be somebody's: name a client id, or say that it is the default.");
        }
        principal.check("principal");
        clientId.check("client id");
    }

    /** The clients of that id, whoever they were authenticated as. */
    public static QuotaEntity clientId(String clientId) {
        return new QuotaEntity(Part.ANY, Part.named(clientId));
    }

    /** Each client id without a quota of its own. */
    public static QuotaEntity defaultClientId() {
        return new QuotaEntity(Part.ANY, Part.DEFAULT);
    }

    @Override
    public String toString() {
        if (principal.isAny()) {
            return clientId.text("client id");
        }
        return clientId.isAny()
                ? principal.text("principal")
                : principal.text("principal") + " and " + clientId.text("client id");
    }
}
