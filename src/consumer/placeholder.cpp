namespace notifier {}
