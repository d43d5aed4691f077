package io.tailrace.http;

import static io.tailrace.http.ServedNodes.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tailrace.streams.Serdes;
import io.tailrace.streams.dsl.Consumed;
import io.tailrace.streams.dsl.Grouped;
import io.tailrace.streams.dsl.Materialized;
import io.tailrace.streams.dsl.Produced;
import io.tailrace.streams.dsl.StreamBuilder;
import io.tailrace.streams.runtime.StreamApplication;
import io.tailrace.streams.runtime.StreamSettings;
import io.tailrace.streams.topology.Topology;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stream applications over HTTP. */
class StreamRoutesTest {
    private static ServedNodes node;

    @BeforeAll
    static void start(@TempDir Path directory) {
        node = new ServedNodes(directory);
        node.withTopic("in", 2);
        node.withTopic("out", 1);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static Topology count() {
        StreamBuilder builder = new StreamBuilder();
        builder.stream("in", Consumed.with(Serdes.strings(), Serdes.strings()))
                .groupByKey(Grouped.with(Serdes.strings(), Serdes.strings()))
                .count(Materialized.as("counts"))
                .toStream()
                .to("out", Produced.with(Serdes.strings(), Serdes.longs()));
        return builder.build();
    }

    private static StreamApplication running(String name) {
        StreamApplication application =
                StreamApplication.start(node.tailrace(), name, count(), StreamSettings.create(node.tailrace()));
        application
                .whenRunning()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        // Nodes hear of an instance a moment later.
        await().atMost(Duration.ofSeconds(60))
                .until(() -> node.get("/v1/streams/" + name).statusCode() == 200);
        return application;
    }

    private static void close(StreamApplication application) {
        application
                .close()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private static HttpResponse<String> reset(String name, String body) {
        return node.post("/v1/streams/" + name + "/reset", JSON, body);
    }

    @Test
    void anApplicationIsSeenWithItsTasksForAsLongAsItRuns() {
        StreamApplication application = running("seen");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(node.get("/v1/streams").body())
                        .contains("{\"name\":\"seen\",\"instances\":1,\"tasks\":2,")
                        .contains("\"unanswered\":0"));
        HttpResponse<String> single = node.get("/v1/streams/seen");
        assertThat(single.statusCode()).isEqualTo(200);
        assertThat(single.body())
                .contains("\"node\":\"" + node.tailrace().nodeName() + "\",\"state\":\"RUNNING\",\"failure\":null")
                .contains("{\"task\":\"0_0\",\"state\":")
                .contains("{\"task\":\"0_1\",\"state\":");

        close(application);

        assertThat(node.get("/v1/streams/seen").statusCode()).isEqualTo(404);
        assertThat(node.get("/v1/streams/seen").body()).contains("UNKNOWN_APPLICATION");
    }

    @Test
    void aTopologyIsShownAsOneWantsIt() {
        StreamApplication application = running("shown");

        HttpResponse<String> text = node.get("/v1/streams/shown/topology");
        assertThat(text.headers().firstValue("Content-Type")).hasValue("text/plain; charset=UTF-8");
        assertThat(text.body()).isEqualTo(application.topology().describe());
        assertThat(node.get("/v1/streams/shown/topology?format=mermaid").body())
                .isEqualTo(application.topology().mermaid());
        assertThat(node.get("/v1/streams/shown/topology?format=dot").body())
                .isEqualTo(application.topology().dot());
        assertThat(node.get("/v1/streams/shown/topology?format=png").body()).contains("give text, mermaid or dot");
        assertThat(node.get("/v1/streams/nobody/topology").statusCode()).isEqualTo(404);

        close(application);
    }

    @Test
    void whatAResetDeletesIsShownFirst() {
        StreamApplication application = running("again");
        assertThat(reset("again", "{\"execute\":true}").body()).contains("GROUP_ACTIVE");
        close(application);

        assertThat(reset("again", "{}").body())
                .isEqualTo("{\"name\":\"again\",\"executed\":false,\"topics\":[\"again-0-tasks\"]}");
        assertThat(node.get("/v1/topics/again-0-tasks").statusCode()).isEqualTo(200);
        assertThat(reset("again", "{\"execute\":true}").body())
                .isEqualTo("{\"name\":\"again\",\"executed\":true,\"topics\":[\"again-0-tasks\"]}");
        assertThat(node.get("/v1/topics/again-0-tasks").statusCode()).isEqualTo(404);
        assertThat(reset("again", "{}").statusCode()).isEqualTo(404);
        assertThat(reset("again", "{\"force\":true}").body()).contains("MALFORMED_REQUEST");
    }
}
