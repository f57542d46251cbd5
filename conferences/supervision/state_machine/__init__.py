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
    joining   between   the join was refused, and the leg stays up for another call
    joining   joined    the provider tells that our leg is in the conference
    joining   leaving   she left, or the join was refused
    joining   failed    the phone hung up before it was in
    joining   ended     it was in and hung up, and both are told at once
    joined    joining   our leg joins once more
    joined    between   she is out, and the leg stays up for another call
    joined    leaving   she left or is taken out; or is out, and why is being asked
    joined    ended     the phone hung up, or the call has ended
    leaving   joined    our leg was out for a moment only
    leaving   between   our leg is surely out, and stays up for another call
    leaving   ended     our leg is out, and she had been in; on the same leg she may be on her way to the next
    leaving   failed    our leg is out, and she had never been in
    between   leaving   she hangs up, may not go on, or has chosen no other call in time
    between   ended     another call was chosen, or the phone hung up; she had been in this one
    between   failed    likewise, and she had never been in this one

A row begins as dialling, or as joining on a phone that is up already; ended and failed are last. A row is one stay on
one call: whoever goes over to another ends one row and begins the next, on the same leg.
"""
