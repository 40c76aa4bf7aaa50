package com.auterity.neuroweaver;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import javax.cache.processor.EntryProcessor;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.compute.ComputeJob;
import org.apache.ignite.lang.IgniteBiPredicate;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.lang.IgniteClosure;
import org.apache.ignite.lang.IgniteRunnable;

/** The arrows between modules and packages, and what may cross between nodes. */
@AnalyzeClasses(
    packages = "com.auterity.neuroweaver",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "com.auterity.neuroweaver.";

  /** What Ignite sends to other nodes and runs or keeps there. */
  private static final List<Class<?>> SENT =
      List.of(
          IgniteCallable.class,
          IgniteRunnable.class,
          IgniteClosure.class,
          IgniteBiPredicate.class,
          ComputeJob.class,
          EntryProcessor.class);

  private static final DescribedPredicate<JavaClass> IS_SENT =
      DescribedPredicate.describe(
          "are sent to other nodes", type -> SENT.stream().anyMatch(type::isAssignableTo));

  private static final Set<String> MODULES =
      Set.of(ROOT + "client..", ROOT + "datasets..", ROOT + "jobs..");

  @ArchTest
  static final ArchRule clientDependsOnNothingOfOurs =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "client..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are ours outside client",
                  type ->
                      type.getPackageName().startsWith(ROOT.substring(0, ROOT.length() - 1))
                          && !type.getPackageName().startsWith(ROOT + "client")));

  @ArchTest
  static final ArchRule datasetsDependsOnNothingOfOurs =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "datasets..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are ours outside datasets",
                  type ->
                      type.getPackageName().startsWith(ROOT.substring(0, ROOT.length() - 1))
                          && !type.getPackageName().startsWith(ROOT + "datasets")));

  @ArchTest
  static final ArchRule jobsDependsOnDatasetsOnly =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "jobs..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are ours outside jobs and datasets",
                  type ->
                      type.getPackageName().startsWith(ROOT.substring(0, ROOT.length() - 1))
                          && !type.getPackageName().startsWith(ROOT + "jobs")
                          && !type.getPackageName().startsWith(ROOT + "datasets")));

  @ArchTest
  static final ArchRule theHubClientKnowsFilesAndNoModels =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "jobs.hub..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are of jobs outside hub",
                  type ->
                      type.getPackageName().startsWith(ROOT + "jobs")
                          && !type.getPackageName().startsWith(ROOT + "jobs.hub")));

  @ArchTest
  static final ArchRule onlyTheCompositionRootKnowsTheNode =
      noClasses()
          .that()
          .resideOutsideOfPackage(ROOT + "node..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "node..");

  @ArchTest
  static final ArchRule packagesAreFeatures =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..", "..utils..", "..common..", "..helper..", "..impl..", "..manager..");

  @ArchTest
  static final ArchRule classesAreNamedForWhatTheyAre =
      noClasses().should().haveNameMatching(".*(Utils?|Helper|Manager|Impl|Common)(\\$.*)?");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("com.auterity.neuroweaver.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule noRecordIsSent =
      classes().that(IS_SENT).should().notBeRecords().allowEmptyShould(false);

  @ArchTest
  static final ArchRule noFieldOfWhatIsSentIsARecord =
      fields()
          .that()
          .areDeclaredInClassesThat(IS_SENT)
          .and()
          .areNotStatic()
          .should(haveNoRecordInTheirType());

  @ArchTest
  static final ArchRule noCallAnswersWithARecord =
      classes().that(IS_SENT).should(haveNoRecordAmongTheirTypeArguments());

  @ArchTest
  static final ArchRule noCacheHoldsRecords =
      fields().that().haveRawType(IgniteCache.class).should(haveNoRecordInTheirType());

  private static ArchCondition<JavaField> haveNoRecordInTheirType() {
    return new ArchCondition<>("have no record in their type") {
      @Override
      public void check(JavaField field, ConditionEvents events) {
        for (JavaClass type : field.getType().getAllInvolvedRawTypes()) {
          if (type.isRecord()) {
            events.add(
                SimpleConditionEvent.violated(
                    field, field.getFullName() + " holds the record " + type.getName()));
          }
        }
      }
    };
  }

  private static ArchCondition<JavaClass> haveNoRecordAmongTheirTypeArguments() {
    return new ArchCondition<>("have no record among their type arguments") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        type.getInterfaces()
            .forEach(
                implemented ->
                    implemented
                        .getAllInvolvedRawTypes()
                        .forEach(
                            involved -> {
                              if (involved.isRecord()) {
                                events.add(
                                    SimpleConditionEvent.violated(
                                        type,
                                        type.getName()
                                            + " sends the record "
                                            + involved.getName()));
                              }
                            }));
      }
    };
  }

  @ArchTest
  static void allModulesAreLookedAt(com.tngtech.archunit.core.domain.JavaClasses all) {
    for (String module : MODULES) {
      String prefix = module.substring(0, module.length() - 2);
      assertTrue(all.stream().anyMatch(type -> type.getPackageName().startsWith(prefix)), module);
    }
  }
}
