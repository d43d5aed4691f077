package io.tailrace.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tailrace.cluster.group.CommittedOffset;
import io.tailrace.cluster.group.GroupDescription;
import io.tailrace.cluster.group.GroupSummary;
import io.tailrace.cluster.group.TopicPartitionId;
import io.tailrace.cluster.placement.OffsetRange;
import io.tailrace.http.GroupReset.Change;
import io.tailrace.http.GroupStanding.Standing;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Consumer groups as JSON. */
final class GroupJson {
    private GroupJson() {}

    static ByteString list(List<GroupSummary> groups) {
        List<GroupSummary> sorted = groups.stream()
                .sorted(Comparator.comparing(GroupSummary::group))
                .toList();
        return Json.object(json -> {
            json.writeArrayFieldStart("groups");
            for (GroupSummary group : sorted) {
                json.writeStartObject();
                json.writeStringField("name", group.group());
                json.writeStringField("state", group.state().name());
                json.writeNumberField("members", group.members());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** One group; times are told as seen at that moment, milliseconds since 1970. */
    static ByteString single(GroupDescription group, List<Standing> partitions, long nowMillis) {
        return Json.object(json -> {
            json.writeStringField("name", group.group());
            json.writeStringField("state", group.state().name());
            json.writeNumberField("generation", group.generation());
            json.writeStringField(
                    "assignor",
                    group.assignor() == null ? null : group.assignor().name());
            json.writeArrayFieldStart("members");
            for (GroupDescription.Member member : group.members()) {
                json.writeStartObject();
                write(json, member);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("partitions");
            for (Standing partition : partitions) {
                json.writeStartObject();
                write(json, partition, nowMillis);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, GroupDescription.Member member) throws IOException {
        json.writeStringField("memberId", member.memberId());
        json.writeStringField("clientId", member.clientId());
        json.writeStringField("instanceId", member.instanceId());
        json.writeStringField("node", member.node());
        json.writeBooleanField("attached", member.attached());
        write(json, "assignment", member.owned());
        write(json, "target", member.target());
    }

    /** The numbers of partitions by their topics. */
    private static void write(JsonGenerator json, String field, Collection<TopicPartitionId> partitions)
            throws IOException {
        NavigableSet<TopicPartitionId> sorted = new TreeSet<>(TopicPartitionId.ORDER);
        sorted.addAll(partitions);
        json.writeObjectFieldStart(field);
        String topic = null;
        for (TopicPartitionId partition : sorted) {
            if (!partition.topic().equals(topic)) {
                if (topic != null) {
                    json.writeEndArray();
                }
                topic = partition.topic();
                json.writeArrayFieldStart(topic);
            }
            json.writeNumber(partition.id().partition());
        }
        if (topic != null) {
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Standing standing, long nowMillis) throws IOException {
        CommittedOffset committed = standing.committed();
        OffsetRange range = standing.range();
        Long next = standing.nextTimestamp();
        write(json, standing.partition());
        number(json, "committedOffset", committed == null ? null : committed.offset());
        number(json, "startOffset", range == null ? null : range.startOffset());
        number(json, "endOffset", range == null ? null : range.endOffset());
        number(json, "lag", standing.lag());
        number(json, "lagMillis", next == null ? null : Math.max(0, nowMillis - next));
        json.writeStringField("owner", standing.owner());
        json.writeStringField("metadata", committed == null ? null : committed.metadata());
        number(json, "committedAt", committed == null ? null : committed.committedAtMillis());
    }

    private static void write(JsonGenerator json, TopicPartitionId partition) throws IOException {
        json.writeStringField("topic", partition.topic());
        json.writeNumberField("partition", partition.id().partition());
    }

    private static void number(JsonGenerator json, String field, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, value);
        }
    }

    /**
     * What a reset does, or would do.
     *
     * @param members of the group: where there are any it would be refused
     */
    static ByteString reset(String group, int members, boolean executed, List<Change> changes) {
        return Json.object(json -> {
            json.writeStringField("group", group);
            json.writeNumberField("members", members);
            json.writeBooleanField("executed", executed);
            json.writeArrayFieldStart("partitions");
            for (Change change : changes) {
                json.writeStartObject();
                write(json, change.partition());
                number(json, "before", change.before());
                json.writeNumberField("after", change.after());
                json.writeNumberField("startOffset", change.range().startOffset());
                json.writeNumberField("endOffset", change.range().endOffset());
                json.writeBooleanField("clamped", change.clamped());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** What was forgotten. */
    static ByteString forgotten(GroupDescription before, Collection<TopicPartitionId> partitions) {
        return Json.object(json -> {
            json.writeStringField("group", before.group());
            json.writeArrayFieldStart("partitions");
            for (TopicPartitionId partition : partitions) {
                CommittedOffset offset = before.offsets().get(partition);
                json.writeStartObject();
                write(json, partition);
                number(json, "before", offset == null ? null : offset.offset());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
