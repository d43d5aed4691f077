package io.tailrace.streams.runtime;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What the topics of an application are called in the cluster: {@code <application>-<name in the topology>}, as Kafka Streams has it, and
 * {@code <application>-<number of the sub-topology>-tasks} for those in which tasks have their logs.
 */
record InternalNames(String application) {
    private static final String REPARTITION = "-repartition";
    private static final String TASKS = "-tasks";
    private static final Pattern TASK_LOG = Pattern.compile("(.+)-[0-9]{1,9}" + TASKS);

    String inCluster(String nameInTopology) {
        return application + "-" + nameInTopology;
    }

    String taskLog(int subTopology) {
        return application + "-" + subTopology + TASKS;
    }

    boolean isTaskLog(String topic) {
        Matcher log = TASK_LOG.matcher(topic);
        return log.matches() && log.group(1).equals(application);
    }

    /**
     * The topics of the application, sorted. By their names alone: of applications {@code a} and {@code a-b} the longer name has what begins with it.
     *
     * @param topics the names of all topics of the cluster
     */
    List<String> internal(Collection<String> topics) {
        Set<String> longer = topics.stream()
                .map(TASK_LOG::matcher)
                .filter(Matcher::matches)
                .map(log -> log.group(1))
                .filter(other -> other.startsWith(application + "-"))
                .collect(Collectors.toSet());
        return topics.stream()
                .filter(topic -> isTaskLog(topic) || (isOwn(topic) && topic.endsWith(REPARTITION)))
                .filter(topic -> longer.stream().noneMatch(other -> topic.startsWith(other + "-")))
                .sorted()
                .toList();
    }

    private boolean isOwn(String topic) {
        return topic.startsWith(application + "-");
    }
}
