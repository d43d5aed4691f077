package io.tailrace.cluster.group;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;

/** What may name a group, a client or a static member: anything that can be printed on one line. */
final class GroupName {
    private static final int MAX_LENGTH = 255;

    private GroupName() {}

    /**
     * Checks a group's name.
     *
     * @return the same name
     * @throws TailraceException INVALID_ARGUMENT
     */
    static String checked(String name) {
        return checked("the name of a group", name, 1);
    }

    /** Checks any other name, which has to have so many characters at least. */
    static String checked(String what, String name, int minLength) {
        boolean legal = name.length() >= minLength
                && name.length() <= MAX_LENGTH
                && name.codePoints().noneMatch(Character::isISOControl);
        if (!legal) {
            throw new TailraceException(
                    ErrorCode.INVALID_ARGUMENT,
                    "'" + shown(name) + "' cannot be " + what + ": use " + minLength + " to " + MAX_LENGTH
                            + " characters, none of them a control character.");
        }
        return name;
    }

    private static String shown(String name) {
        String start = name.length() <= 60 ? name : name.substring(0, 60) + "…";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
