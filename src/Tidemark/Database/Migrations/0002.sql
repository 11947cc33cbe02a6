-- The job engine (design/jobs.md). Hot tables hold what is unfinished and stay small; job, task, edge and event are
-- written once and never changed: they are the history, partitioned by month on PostgreSQL (a UUIDv7 begins with its time).

-- One row. A new incarnation comes with every restore or promotion: no fence of an earlier one counts any more (J5).
create table engine (
    one         {int}  not null primary key check (one = 1),
    incarnation {int}  not null,
    identity    text   not null,
    epoch       {int}  not null
) {strict};

insert into engine (one, incarnation, identity, epoch) values (1, 1, '', 0);

{pg}create sequence lease_epoch;

-- Every running tidemark process; a worker is one in the role 'work'. `offer` and `running` are JSON (Jobs/Offer.cs).
create table node (
    id            {uuid}  not null primary key,
    home          text    not null,
    name          text    not null,
    roles         text    not null,
    version       text    not null,
    incarnation   {int}   not null,
    started_at    {time}  not null,
    heard_at      {time}  not null,
    beat          {int}   not null,
    offer         text,
    running       text    not null,
    draining      {bool}  not null,
    reserved_lane {int},
    lost_at       {time},
    left_at       {time}
) {strict};

-- One row: who dispatches, until when. The epoch tells a dispatcher that was replaced from its successor.
create table dispatcher (
    one         {int}  not null primary key check (one = 1),
    node        {uuid},
    epoch       {int}  not null,
    until       {time} not null
) {strict};

insert into dispatcher (one, node, epoch, until) values (1, null, 0, {epoch});

-- A queue for tasks of one tenant, priority, handler and need: what a worker can take, it can take a whole lane of.
create table lane (
    id            {serial},
    tenant        text   not null,
    priority      {int}  not null,
    handler       text   not null,
    cpu           {int}  not null,
    memory        {int}  not null,
    disk          {int}  not null,
    gpu           {int}  not null,
    tags          text   not null,
    trouble       text,
    trouble_since {time},
    unique (tenant, priority, handler, cpu, memory, disk, gpu, tags)
) {strict};

-- Unfinished jobs. Whoever changes a job holds this row's lock first (J6); `events` numbers the track without gaps. A job
-- ends when none of its tasks is ready or leased (`active`): what still waits then waits for something that has failed.
create table open_job (
    job         {uuid} not null primary key,
    open        {int}  not null,
    active      {int}  not null,
    failed      {int}  not null,
    events      {int}  not null,
    round       {int}  not null,
    key         text
) {clustered};

create table job_key (
    key         text   not null primary key,
    job         {uuid} not null,
    held_until  {time}
) {strict};

-- An unfinished task is in exactly one of waiting, ready and lease (J1).
create table waiting (
    job         {uuid} not null,
    task        {int}  not null,
    remaining   {int}  not null,
    lane        {int}  not null,
    fan         {int}  not null,
    attempt     {int}  not null,
    primary key (job, task)
) {clustered};

create table ready (
    job         {uuid} not null,
    task        {int}  not null,
    lane        {int}  not null,
    at          {time} not null,
    fan         {int}  not null,
    attempt     {int}  not null,
    avoid       {uuid},
    primary key (job, task)
) {clustered};

create index ready_order on ready (lane, at, job, task);

create table lease (
    job         {uuid} not null,
    task        {int}  not null,
    epoch       {int}  not null,
    node        {uuid} not null,
    lane        {int}  not null,
    fan         {int}  not null,
    attempt     {int}  not null,
    claim       {int}  not null,
    ready_at    {time} not null,
    started_at  {time} not null,
    primary key (job, task)
) {clustered};

-- On SQLite there is one node, and few leases.
{pg}create index lease_node on lease (node);

create table job (
    job         {uuid} not null primary key,
    kind        text   not null,
    title       text   not null,
    tenant      text   not null,
    priority    {int}  not null,
    key         text,
    tasks       {int}  not null,
    created_at  {time} not null,
    not_before  {time}
) {history};

create table task (
    job         {uuid} not null,
    task        {int}  not null,
    name        text   not null,
    lane        {int}  not null,
    payload     text   not null,
    stall_ms    {int}  not null,
    attempts    {int}  not null,
    parents     {int}  not null,
    fan         {int}  not null,
    primary key (job, task),
    unique (job, name)
) {history};

create table edge (
    job         {uuid} not null,
    parent      {int}  not null,
    child       {int}  not null,
    primary key (job, parent, child)
) {history};

create index edge_child on edge (job, child, parent);

-- The track: everything that ever happened to a job, attempts with their outputs and failures included.
create table event (
    position    {position},
    job         {uuid} not null,
    number      {int}  not null,
    at          {time} not null,
    kind        text   not null,
    round       {int}  not null,
    task        {int},
    attempt     {int},
    incarnation {int},
    epoch       {int},
    node        {uuid},
    started_at  {time},
    next_at     {time},
    job_state   text,
    data        text,
    unique (job, number)
) {history_rowid};

-- A result is registered at most once (J1), whatever a program believes.
create unique index event_result on event (job, task, round) where kind = 'done';
create index event_lost on event (node) where kind = 'lost';
-- What did not go well, without a look at the whole track of a job; what goes well is in neither.
create index event_odd on event (job, task) where kind in ('failed', 'lost', 'retried');
create index event_bad_end on event (job_state, job) where job_state in ('failed', 'cancelled');
{pg}create index event_position on event (position);

{pg}create table job_rest partition of job default;
{pg}create table task_rest partition of task default;
{pg}create table edge_rest partition of edge default;
{pg}create table event_rest partition of event default;

-- A timelapse is a job from now on: its state is the job's. Rows of the release before keep the states that they have.
create table timelapse_job (
    id          {uuid} not null primary key,
    recipe      text   not null,
    created_at  {time} not null,
    asset       {uuid}
) {strict};

-- What a task makes lies under a name that carries its fence (J5). Null: the asset's id and the extension of its type.
alter table asset add column file text;
