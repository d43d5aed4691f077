package io.tailrace.cluster.catalog;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.regex.Pattern;

/** What may be a topic's name: Kafka's rule. */
public final class TopicName {
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    private TopicName() {}

    /**
     * Checks a name.
     *
     * @return the same name
     * @throws TailraceException INVALID_TOPIC_NAME
     */
    public static String checked(String name) {
        if (!LEGAL.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            String shown = name.length() <= 60 ? name : name.substring(0, 60) + "…";
            throw new TailraceException(
                    ErrorCode.INVALID_TOPIC_NAME,
                    "'" + shown.replaceAll("\\p{Cntrl}", "?")
                            + "' cannot name a topic: use 1 to 249 of a-z, A-Z, 0-9, '.', '_', '-', and neither '.' nor '..'.");
        }
        return name;
    }
}
