"""From what a company already has (EPCIS 2.0, Excel, CSV) to signed events, all of a file or nothing.

    tables  cells with their places    columns  which column is meant    values  what a cell says
    rows    what events share          drafting which rows are one event
    bodies  goods to event bodies      epcis    the same from EPCIS      lots    the maker's own codes
    chemicals  data sheets, inventories
    plan    rehearse, then sign

An import is rehearsed over a copy of the journal: every event is numbered, its lot accounts are carried on, and it is
checked as the node would. Only if all of them hold are they signed for good. The same file imported again signs
nothing twice, a file that has grown signs what was added.
"""
