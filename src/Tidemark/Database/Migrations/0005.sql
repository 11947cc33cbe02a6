-- Until when all outcomes of a node's slots are in the tables: what it notes later may be on its way. Null: the node ended
-- with nothing left, or is of the release before.
alter table journal add column known_at {time};

-- Days whose slots have changed since they were sealed last, or that were never sealed; `changes` tells whether they changed again.
create table slot_day (
    source      text    not null,
    day         {time}  not null,
    changes     {int}   not null,
    primary key (source, day)
) {clustered};
