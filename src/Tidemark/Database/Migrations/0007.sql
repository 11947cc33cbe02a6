-- Whose current video it is: when that schedule was made. Null: nobody's, and it stays; so do all from before, of which nobody noted what they were.
alter table timelapse_job add column current_of {time};
