"""`sealsum log`: replay a whole log, and judge evidence against one."""
