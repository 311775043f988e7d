print("itp")
