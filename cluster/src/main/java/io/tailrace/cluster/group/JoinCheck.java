package io.tailrace.cluster.group;

import io.tailrace.cluster.catalog.TopicName;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.time.Duration;
import java.util.regex.PatternSyntaxException;

/** Whether somebody may join as it wants to. */
final class JoinCheck {
    /** What one member may name. */
    static final int MAX_TOPICS = 1000;

    private static final int MAX_REGEX = 1000;
    private static final Duration MAX_DRAIN = Duration.ofHours(24);
    private static final Duration MIN_SESSION = Duration.ofSeconds(1);
    private static final Duration MAX_SESSION = Duration.ofHours(24);

    private JoinCheck() {}

    /** Throws INVALID_ARGUMENT, or INVALID_TOPIC_NAME, with what is wrong. */
    static void check(String group, GroupMember member) {
        GroupName.checked(group);
        GroupName.checked("a client id", member.clientId(), 0);
        if (member.instanceId() != null) {
            GroupName.checked("an instance id", member.instanceId(), 1);
        }
        if (member.maxDrain().isNegative() || member.maxDrain().compareTo(MAX_DRAIN) > 0) {
            throw invalid("A max drain of " + member.maxDrain() + " is not usable: use 0 to 24 hours.");
        }
        if (member.sessionTimeout().compareTo(MIN_SESSION) < 0
                || member.sessionTimeout().compareTo(MAX_SESSION) > 0) {
            throw invalid(
                    "A session timeout of " + member.sessionTimeout() + " is not usable: use 1 second to 24 hours.");
        }
        check(member.subscription());
    }

    private static void check(GroupJoin.Subscription subscription) {
        if (subscription instanceof GroupJoin.Names names) {
            if (names.topics().isEmpty() || names.topics().size() > MAX_TOPICS) {
                throw invalid("A subscription to " + names.topics().size() + " topics is not usable: name 1 to "
                        + MAX_TOPICS + ", or use a pattern.");
            }
            names.topics().forEach(TopicName::checked);
            return;
        }
        String regex = ((GroupJoin.Pattern) subscription).regex();
        if (regex.length() > MAX_REGEX) {
            throw invalid("A pattern of " + regex.length() + " characters is too long: use " + MAX_REGEX + " at most.");
        }
        try {
            java.util.regex.Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw invalid("The pattern of a subscription is no regular expression: " + e.getDescription() + " near "
                    + e.getIndex() + ".");
        }
    }

    private static TailraceException invalid(String message) {
        return new TailraceException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
