package io.tailrace.streams.runtime;

import io.tailrace.cluster.catalog.Topic;
import java.util.Map;
import java.util.Optional;

/**
 * The topics that a topology names, as they are in the cluster. Those that only a record's own choice can name are not in here.
 *
 * @param byName under the name by which the topology knows them; the application's own ones are called otherwise in the cluster
 */
record TaskTopics(Map<String, Topic> byName) {
    Optional<Topic> find(String nameInTopology) {
        return Optional.ofNullable(byName.get(nameInTopology));
    }
}
