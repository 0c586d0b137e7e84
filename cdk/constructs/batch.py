"""The bucket's entry point: a dropped CSV starts the workflow that scores it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aws_cdk import Aws, Duration, Fn
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.constructs.acknowledgements import acknowledge, logical_id, wildcard, wildcard_objects
from cdk.constructs.functions import FunctionShape, ScoringFunction, make_log_group
from cdk.constructs.workflow import CHUNKS, MEASURED, Workers, build_definition
from cdk.environments import Environment
from lambda_fn import contract

LONGEST_LAMBDA_SECONDS: Final = 900
WRITE: Final = ("s3:PutObject", "s3:AbortMultipartUpload")
JOB_HOURS: Final = 12
START_RETRIES: Final = 185  # over a day: what EventBridge does by default, written down
START_RETRY_HOURS: Final = 24
LOST_EVENT_DAYS: Final = 14


class BatchScoring(Construct):
    """Functions, state machine, and the rule that starts it.

    workers: the functions, by their task.
    state_machine: the workflow.
    lost_events: dead-letter queue of dropped files for which the workflow could not be started.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        environment: Environment,
        *,
        code: lambda_.Code,
        registry: s3.IBucket,
        data: s3.IBucket,
    ) -> None:
        super().__init__(scope, construct_id)
        self._environment, self._code, self._registry, self._data = environment, code, registry, data
        self.workers = Workers(
            plan=self._build_plan(),
            measure_chunk=self._build_measure_chunk(),
            settle=self._build_settle(),
            score_chunk=self._build_score_chunk(),
            finalize=self._build_finalize(),
            fail=self._build_fail(),
        )
        self.state_machine = self._build_state_machine()
        self.lost_events = self._build_lost_events()
        self._build_trigger()

    @property
    def functions(self) -> tuple[ScoringFunction, ...]:
        """All functions of the workflow."""
        workers = self.workers
        return (
            workers.plan,
            workers.measure_chunk,
            workers.settle,
            workers.score_chunk,
            workers.finalize,
            workers.fail,
        )

    def _build_plan(self) -> ScoringFunction:
        plan = self._function("Plan", contract.HANDLER_PLAN, "Cuts a dropped file into chunks", 1024, 120)
        self._allow_reading_models(plan)
        plan.allow(self._registry, ["s3:GetObject"], contract.ROUTING_KEY)
        self._allow_reading_dropped_files(plan)
        plan.allow(self._data, ["s3:GetObject", "s3:PutObject"], contract.WORK_PREFIX)
        return plan

    def _build_measure_chunk(self) -> ScoringFunction:
        measure = self._build_worker(
            "MeasureChunk", contract.HANDLER_MEASURE_CHUNK, "Counts what the offers to one chunk's shoppers cost"
        )
        measure.allow(self._data, ["s3:GetObject", "s3:PutObject"], contract.WORK_PREFIX)
        return measure

    def _build_settle(self) -> ScoringFunction:
        settle = self._function(
            "Settle", contract.HANDLER_SETTLE, "Decides what a file's budget pays for", 1769, LONGEST_LAMBDA_SECONDS
        )
        settle.allow(self._data, ["s3:GetObject", "s3:PutObject"], contract.WORK_PREFIX)
        settle.allow_listing(self._data)
        return settle

    def _build_score_chunk(self) -> ScoringFunction:
        score = self._build_worker("ScoreChunk", contract.HANDLER_SCORE_CHUNK, "Scores one chunk")
        score.allow(self._data, ["s3:GetObject", *WRITE], contract.WORK_PREFIX)
        score.allow(self._registry, ["s3:GetObject"], contract.ROUTING_KEY)  # the key that groups are drawn with
        return score

    def _build_worker(self, construct_id: str, handler: str, description: str) -> ScoringFunction:
        """Return a function that reads one chunk of a dropped file with a model."""
        worker = self._function(
            construct_id, handler, description, 2048, LONGEST_LAMBDA_SECONDS, contract.WORKER_ALLOCATOR
        )
        self._allow_reading_models(worker)
        self._allow_reading_dropped_files(worker)
        return worker

    def _build_finalize(self) -> ScoringFunction:
        finalize = self._function(
            "Finalize", contract.HANDLER_FINALIZE, "Joins the parts and reports", 1769, LONGEST_LAMBDA_SECONDS
        )
        self._allow_reading_models(finalize)
        self._allow_reading_dropped_files(finalize)  # is it still the file that was scored?
        finalize.allow(self._data, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], contract.WORK_PREFIX)
        outputs = (contract.SCORED_PREFIX, contract.REJECTED_PREFIX, contract.REPORTS_PREFIX)
        finalize.allow(self._data, ["s3:GetObject", *WRITE], *outputs)  # it replaces only what it has seen
        finalize.allow(self._data, ["s3:GetObject", "s3:DeleteObject"], contract.FAILED_PREFIX)  # an earlier try's note
        return finalize

    def _build_fail(self) -> ScoringFunction:
        fail = self._function("Fail", contract.HANDLER_FAIL, "Writes down why a file could not be scored", 512, 60)
        self._allow_reading_dropped_files(fail)
        fail.allow(self._data, ["s3:GetObject", "s3:DeleteObject"], contract.WORK_PREFIX)  # reasons; what was pinned
        fail.allow(self._data, ["s3:GetObject"], contract.REPORTS_PREFIX)  # has another execution published?
        fail.allow(self._data, ["s3:PutObject"], contract.FAILED_PREFIX)
        return fail

    def _function(
        self,
        construct_id: str,
        handler: str,
        description: str,
        memory_mb: int,
        timeout_seconds: int,
        more_variables: Mapping[str, str] = MappingProxyType({}),
    ) -> ScoringFunction:
        shape = FunctionShape(
            handler=handler, description=description, memory_mb=memory_mb, timeout_seconds=timeout_seconds
        )
        variables = {
            contract.ENV_REGISTRY_BUCKET: self._registry.bucket_name,
            contract.ENV_DATA_BUCKET: self._data.bucket_name,
            **more_variables,
        }
        return ScoringFunction(self, construct_id, self._environment, shape, self._code, variables)

    def _allow_reading_models(self, function: ScoringFunction) -> None:
        function.allow(self._registry, ["s3:GetObject"], contract.MODELS_PREFIX)
        function.allow_listing(self._registry)

    def _allow_reading_dropped_files(self, function: ScoringFunction) -> None:
        function.allow(self._data, ["s3:GetObject", "s3:GetObjectVersion"], contract.INCOMING_PREFIX)
        function.allow_listing(self._data)
        if keys := self._environment.upload_key_arns:
            function.role.add_to_policy(iam.PolicyStatement(actions=["kms:Decrypt"], resources=list(keys)))

    def _build_state_machine(self) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "Workflow",
            comment="Scores a dropped CSV of any size",
            definition_body=sfn.DefinitionBody.from_chainable(
                build_definition(
                    Construct(self, "States"), self.workers, self._data, self._environment.chunk_concurrency
                )
            ),
            timeout=Duration.hours(JOB_HOURS),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=make_log_group(
                    self, "WorkflowLog", self._environment, name=_vended_log_name(self._environment)
                ),
                level=sfn.LogLevel.ERROR,
                include_execution_data=False,
            ),
        )
        acknowledge(
            machine, "The execution history keeps every event for 90 days; the log is for what went wrong.", "SF1"
        )
        acknowledge(
            machine,
            "X-Ray and the delivery of logs are set up without naming a resource.",
            wildcard("*"),
        )
        acknowledge(
            machine,
            "The workflow follows the executions of its own map, and reads chunk lists; both are named at run time.",
            wildcard(f"{_executions(machine)}:*"),
            *(wildcard(f"{_executions(machine)}/{label}:*") for label in (CHUNKS, MEASURED)),
            wildcard_objects(self._data, contract.WORK_PREFIX),
        )
        return machine

    def _build_lost_events(self) -> sqs.Queue:
        queue = sqs.Queue(
            self,
            "LostEvents",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(LOST_EVENT_DAYS),
        )
        acknowledge(queue, "It is a dead-letter queue itself, of a target of EventBridge.", "SQS3")
        return queue

    def _build_trigger(self) -> None:
        events.Rule(
            self,
            "FileDropped",
            description="A CSV in incoming/ starts the batch workflow",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self._data.bucket_name]},
                    "object": {
                        "key": [
                            {"wildcard": f"{contract.INCOMING_PREFIX}*{suffix}"}
                            for suffix in contract.INCOMING_SUFFIXES
                        ]
                    },
                },
            ),
            targets=[
                targets.SfnStateMachine(
                    self.state_machine,
                    dead_letter_queue=self.lost_events,
                    retry_attempts=START_RETRIES,
                    max_event_age=Duration.hours(START_RETRY_HOURS),
                )
            ],
        )


def _vended_log_name(environment: Environment) -> str:
    """Return a name below /aws/vendedlogs/, which needs no room in the account's one policy for such logs.

    It ends with the stack's own id: a log that was kept from a deleted stack is in no later one's way.
    """
    stack = Fn.select(2, Fn.split("/", Aws.STACK_ID))
    return f"/aws/vendedlogs/states/{contract.service_name(environment.name)}-{stack}"


def _executions(machine: sfn.StateMachine) -> str:
    """Return the ARN of the machine's executions as findings spell it."""
    name = json.dumps({"Fn::Select": [6, {"Fn::Split": [":", {"Ref": logical_id(machine)}]}]}, separators=(",", ":"))
    return f"arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:{name}"
