from planapp.memory import look_less_often

look_less_often()
