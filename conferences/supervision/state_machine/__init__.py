"""What a supervision does next; pure, sends nothing and writes nothing.

`deciding.decide` returns the one thing to do now, from a snapshot: a step, the state she is in meanwhile, and the
columns to set before it is done. It decides from the present alone; these are all the changes of state there are:

    from      to        when
    --------  --------  -----------------------------------------------------------------
    dialling  ringing   the provider tells of the leg to her phone
    dialling  checking  it was answered, and whether by a person is asked
    dialling  joining   it was answered by a phone that is trusted
    dialling  leaving   she cancelled, or may not go on
    dialling  failed    the phone was never reached
    ringing   checking  it was answered, and whether by a person is asked
    ringing   joining   it was answered by a phone that is trusted
    ringing   leaving   she cancelled, or nobody answered in time
    ringing   failed    the phone was not answered
    checking  joining   a person is there
    checking  leaving   she cancelled, or no person is there
    checking  failed    the phone hung up
    joining   checking  on a phone that was up before, a key is asked for first
    joining   joined    the provider tells that our leg is in the conference
    joining   leaving   she left, or the join was refused
    joining   failed    the phone hung up before it was in
    joining   ended     it was in and hung up, and both are told at once
    joined    joining   our leg joins once more
    joined    leaving   she left or is taken out; or is out, and why is being asked
    joined    ended     the phone hung up, or the call has ended
    leaving   joined    our leg was out for a moment only
    leaving   ended     our leg is out, and she had been in
    leaving   failed    our leg is out, and she had never been in

A row begins as dialling, or as joining on a phone that is up already; ended and failed are last.
"""
