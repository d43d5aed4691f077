package io.tailrace.test.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The house of ARCHITECTURE.md, held by a test: who may know whom. */
@AnalyzeClasses(packages = "io.tailrace", importOptions = ImportOption.DoNotIncludeTests.class)
class StoreysTest {

    @ArchTest
    static final ArchRule eachStoreyKnowsOnlyThoseBeneathIt = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("engine")
            .definedBy("io.tailrace.engine..")
            .layer("cluster")
            .definedBy("io.tailrace.cluster..")
            .layer("streams")
            .definedBy("io.tailrace.streams..")
            .layer("http")
            .definedBy("io.tailrace.http..")
            .layer("samples")
            .definedBy("io.tailrace.samples..")
            .layer("cli")
            .definedBy("io.tailrace.cli..")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("samples")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("http")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("streams")
            .mayOnlyBeAccessedByLayers("http", "samples", "cli")
            .whereLayer("cluster")
            .mayOnlyBeAccessedByLayers("streams", "http", "samples", "cli");

    /** A run needs no DSL, a topology no run, a store no topology; and who only reads and writes topics needs none of it. */
    @ArchTest
    static final ArchRule theStoreysOfStreamProcessing = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("streams")
            .definedBy("io.tailrace.streams")
            .layer("state")
            .definedBy("io.tailrace.streams.state..")
            .layer("query")
            .definedBy("io.tailrace.streams.query..")
            .layer("topology")
            .definedBy("io.tailrace.streams.topology..")
            .layer("dsl")
            .definedBy("io.tailrace.streams.dsl..")
            .layer("runtime")
            .definedBy("io.tailrace.streams.runtime..")
            .layer("testkit")
            .definedBy("io.tailrace.streams.testkit..")
            .whereLayer("testkit")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("dsl")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("runtime")
            .mayOnlyBeAccessedByLayers("testkit")
            .whereLayer("topology")
            .mayOnlyBeAccessedByLayers("dsl", "runtime", "testkit")
            .whereLayer("query")
            .mayOnlyBeAccessedByLayers("runtime")
            .whereLayer("state")
            .mayOnlyBeAccessedByLayers("query", "topology", "dsl", "runtime", "testkit");

    @ArchTest
    static final ArchRule recordsLogAndReplicationKnowNoActors = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.tailrace.engine.error..",
                    "io.tailrace.engine.record..",
                    "io.tailrace.engine.log..",
                    "io.tailrace.engine.replication..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.pekko..", "scala..", "org.slf4j..", "com.typesafe..");

    @ArchTest
    static final ArchRule theLogKnowsNothingAboveIt = noClasses()
            .that()
            .resideInAPackage("io.tailrace.engine.log..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tailrace.engine.replication..",
                    "io.tailrace.engine.partition..",
                    "io.tailrace.engine.journal..");

    @ArchTest
    static final ArchRule recordsKnowNothingButErrors = noClasses()
            .that()
            .resideInAPackage("io.tailrace.engine.record..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tailrace.engine.log..",
                    "io.tailrace.engine.replication..",
                    "io.tailrace.engine.partition..",
                    "io.tailrace.engine.journal..");

    @ArchTest
    static final ArchRule whatAPartitionDecidesIsPure = noClasses()
            .that()
            .haveSimpleNameStartingWith("PartitionState")
            .and()
            .resideInAPackage("io.tailrace.engine.partition..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.pekko..", "java.io..", "java.nio.file..", "java.time..");

    @ArchTest
    static final ArchRule scalaTypesStayInTheJournalsAndWhereShardsArePlaced = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.tailrace.engine.journal..", "io.tailrace.cluster.journal..", "io.tailrace.cluster.sharding..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("scala.concurrent..");

    @ArchTest
    static final ArchRule filesAreOpenedThroughTheFileStoreOnly = noClasses()
            .that()
            .resideInAnyPackage("io.tailrace.engine..", "io.tailrace.cluster..", "io.tailrace.streams..")
            .and()
            .haveNameNotMatching("io\\.tailrace\\.engine\\.log\\.DiskFile(Store)?(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.file.Files")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.channels.FileChannel")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.RandomAccessFile");

    @ArchTest
    static final ArchRule everyPackageExplainsItself = classes().should(live("in a package with a package-info"));

    @ArchTest
    static final ArchRule noRoomForOddsAndEnds = noClasses()
            .should()
            .resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..", "..manager..", "..misc..");

    private static ArchCondition<JavaClass> live(String what) {
        return new ArchCondition<>("live " + what) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                boolean explained = item.getPackage().tryGetPackageInfo().isPresent();
                events.add(new SimpleConditionEvent(item, explained, item.getName() + " lives without " + what));
            }
        };
    }
}
